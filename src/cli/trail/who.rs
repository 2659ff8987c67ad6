//! Who runs this: asked of the system, and of continuous integration.

use std::sync::OnceLock;

use super::hidden;
use crate::audit::{Actor, Ci};
use crate::judge::Policy;
use crate::rule::Rules;
use crate::scan::Scanner;

/// By which variable a system of continuous integration is known, its name, and where it says who set the run off, and
/// which run it is.
const CI: &[(&str, &str, &str, &str)] = &[
    ("GITHUB_ACTIONS", "github", "GITHUB_TRIGGERING_ACTOR", "GITHUB_RUN_ID"),
    ("GITLAB_CI", "gitlab", "GITLAB_USER_LOGIN", "CI_JOB_ID"),
    ("JENKINS_URL", "jenkins", "BUILD_USER_ID", "BUILD_TAG"),
    ("TF_BUILD", "azure", "BUILD_REQUESTEDFOR", "BUILD_BUILDID"),
    ("BUILDKITE", "buildkite", "BUILDKITE_BUILD_CREATOR", "BUILDKITE_BUILD_ID"),
    ("CIRCLECI", "circleci", "CIRCLE_USERNAME", "CIRCLE_WORKFLOW_ID"),
    ("BITBUCKET_BUILD_NUMBER", "bitbucket", "BITBUCKET_STEP_TRIGGERER_UUID", "BITBUCKET_BUILD_NUMBER"),
    ("TEAMCITY_VERSION", "teamcity", "TEAMCITY_BUILD_TRIGGEREDBY_USERNAME", "BUILD_NUMBER"),
    ("TRAVIS", "travis", "TRAVIS_COMMIT_AUTHOR", "TRAVIS_BUILD_ID"),
    ("CODEBUILD_BUILD_ID", "codebuild", "CODEBUILD_INITIATOR", "CODEBUILD_BUILD_ID"),
    ("CI", "ci", "", ""),
];

/// Longest id of a run, in characters.
const ID_MOST: usize = 64;

/// What stands for an id of a run that is none.
const NO_ID: &str = "(no id)";

/// The run of continuous integration that this is part of, if it is. Who set it off is masked as a reason is; so is its
/// id, which must look like one: anybody can set a variable.
pub(in crate::cli) fn ci() -> Option<Ci> {
    static KNOWN: OnceLock<Option<Ci>> = OnceLock::new();
    KNOWN.get_or_init(of_environment).clone()
}

fn of_environment() -> Option<Ci> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty() && value != "false");
    let (_, system, actor, run) = CI.iter().find(|(mark, ..)| set(mark).is_some())?;
    let (actor, run) = (set(actor), set(run));
    let scanner = (actor.is_some() || run.is_some())
        .then(|| Rules::builtin().and_then(|rules| Scanner::new(rules, Policy::default())).ok())
        .flatten();
    let masked = |text: String| scanner.as_ref().map(|scanner| hidden::text(scanner, &text).as_str().to_owned());
    // `project:id` has the id behind the project's name.
    let run = run.map(|run| run.rsplit(':').next().filter(|id| is_id(id)).unwrap_or(NO_ID).to_owned());
    Some(Ci { system: (*system).to_owned(), actor: actor.and_then(masked), run: run.and_then(masked) })
}

fn is_id(text: &str) -> bool {
    text.len() <= ID_MOST && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// The account that this process runs under.
pub(super) fn actor() -> Actor {
    let user = whoami::fallible::username().unwrap_or_else(|_| "unknown".to_owned());
    Actor { user, uid: uid(), host: whoami::fallible::hostname().ok(), ci: ci() }
}

/// The effective user.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)] // there is none elsewhere
fn uid() -> Option<u32> {
    Some(rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
fn uid() -> Option<u32> {
    None
}
