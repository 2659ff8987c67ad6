//! Credentials for the target alone (`--dest-profile`): a section of the AWS credentials file, or variables with a
//! prefix. No message holds a value of them.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::source::bucket::Profile;

/// The credentials of this name, for a protocol.
pub(super) fn of(name: &str, protocol: &str) -> Result<Profile> {
    match protocol {
        "gs" => variables(name, "GOOGLE_", "GOOGLE_APPLICATION_CREDENTIALS"),
        "az" => variables(name, "AZURE_", "AZURE_STORAGE_ACCOUNT_KEY"),
        _ => section(name),
    }
}

/// `NAME_AZURE_STORAGE_ACCOUNT_KEY` is `AZURE_STORAGE_ACCOUNT_KEY` of NAME.
fn variables(name: &str, provider: &str, example: &str) -> Result<Profile> {
    let upper: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    let start = format!("{upper}_{provider}");
    let settings: Vec<(String, Zeroizing<String>)> = std::env::vars_os()
        .filter_map(|(variable, value)| {
            let variable = variable.into_string().ok().filter(|variable| variable.starts_with(&start))?;
            let value = Zeroizing::new(value.into_string().ok()?);
            (!value.is_empty()).then(|| (variable[upper.len() + 1..].to_ascii_lowercase(), value))
        })
        .collect();
    if settings.is_empty() {
        return Err(Error::Usage {
            what: format!("there are no credentials `{name}`: no variable that begins with {start} is set"),
            help: format!("set {upper}_{example}, or another of the provider's variables with {upper}_ before it"),
        });
    }
    Ok(Profile(settings))
}

const KEYS: [&str; 3] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];

/// A section of the file of credentials; its region stands in the file of configuration.
fn section(name: &str) -> Result<Profile> {
    let file = place("AWS_SHARED_CREDENTIALS_FILE", "credentials")?;
    let text = read(&file).map_err(|error| Error::Read {
        path: file.display().to_string(),
        reason: format!("{error}; the section [{name}] in it was to hold the target's credentials"),
        help: format!("`aws configure --profile {name}` makes it; AWS_SHARED_CREDENTIALS_FILE names another file"),
    })?;
    let missing = |what: String| Error::Usage {
        what,
        help: format!(
            "`aws configure --profile {name}` writes it; where the profile gets its keys from elsewhere (sso, a role, a \
            process), take them out of `aws configure export-credentials --profile {name}`"
        ),
    };
    let Some(found) = entries(&text, name) else {
        return Err(missing(format!("there is no section [{name}] in {}", file.display())));
    };
    let mut settings: Vec<(String, Zeroizing<String>)> =
        found.into_iter().filter(|(key, value)| KEYS.contains(&&key[..]) && !value.is_empty()).collect();
    if let Some(key) = KEYS[..2].iter().find(|key| !settings.iter().any(|(known, _)| known == *key)) {
        return Err(missing(format!("the section [{name}] of {} has no {key}", file.display())));
    }
    let section = if name == "default" { name.to_owned() } else { format!("profile {name}") };
    let config = place("AWS_CONFIG_FILE", "config").and_then(|file| read(&file).map_err(|_| no_home()));
    let region = config.ok().and_then(|text| entries(&text, &section)?.into_iter().find(|(key, _)| key == "region"));
    settings.extend(region.map(|(_, region)| ("aws_region".to_owned(), region)));
    Ok(Profile(settings))
}

/// A file that a variable names, or the usual one below the home folder.
fn place(variable: &str, usual: &str) -> Result<PathBuf> {
    let named = std::env::var_os(variable).filter(|file| !file.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(std::env::home_dir()?.join(".aws").join(usual))).ok_or_else(no_home)
}

fn no_home() -> Error {
    Error::Usage {
        what: "there is no home folder with AWS credentials in it".to_owned(),
        help: "name the file of credentials with AWS_SHARED_CREDENTIALS_FILE".to_owned(),
    }
}

fn read(file: &Path) -> std::io::Result<Zeroizing<String>> {
    std::fs::read_to_string(file).map(Zeroizing::new)
}

/// What stands in a section, if there is one of that name: `key = value` a line; what is indented belongs to the line
/// before it.
fn entries(text: &str, section: &str) -> Option<Vec<(String, Zeroizing<String>)>> {
    let (mut is_in, mut found) = (false, None::<Vec<_>>);
    for line in text.trim_start_matches('\u{feff}').lines() {
        let header = line.trim().strip_prefix('[').and_then(|line| line.split_once(']'));
        if let Some((name, _)) = header {
            is_in = name.split_whitespace().eq(section.split_whitespace());
            if is_in {
                found.get_or_insert_default();
            }
        } else if let Some((key, value)) = line.split_once('=')
            && let Some(found) = found.as_mut().filter(|_| is_in)
            && !line.starts_with([' ', '\t', '#', ';'])
        {
            found.push((key.trim().to_ascii_lowercase(), Zeroizing::new(value.trim().to_owned())));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::entries;

    #[test]
    fn sections_are_read_as_aws_writes_them() {
        let text = "# of a team\n[default]\naws_access_key_id = one\n\n[ clean ]\r\naws_access_key_id=two\r\n\
            aws_secret_access_key = a=b/c\ns3 =\n  addressing_style = path\n; aws_session_token = no\n[profile x]\nregion = eu-west-1\n";
        let shown = |section: &str| {
            let entries = entries(text, section)?;
            Some(entries.iter().map(|(key, value)| format!("{key}:{}", value.as_str())).collect::<Vec<_>>())
        };
        let clean = ["aws_access_key_id:two", "aws_secret_access_key:a=b/c", "s3:"];
        assert_eq!(shown("clean").as_deref(), Some(&clean.map(str::to_owned)[..]));
        assert_eq!(shown("default"), Some(vec!["aws_access_key_id:one".to_owned()]));
        assert_eq!(shown("profile x"), Some(vec!["region:eu-west-1".to_owned()]));
        assert_eq!(shown("x"), None);
    }
}
