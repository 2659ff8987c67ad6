//! Who runs this: asked of the system, and of continuous integration.

use crate::audit::{Actor, Ci};

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

/// The run of continuous integration that this is part of, if it is.
pub(in crate::cli) fn ci() -> Option<Ci> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty() && value != "false");
    let (_, system, actor, run) = CI.iter().find(|(mark, ..)| set(mark).is_some())?;
    Some(Ci { system: (*system).to_owned(), actor: set(actor), run: set(run) })
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
