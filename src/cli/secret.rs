//! Where keys and vaults come from; and where they are refused.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use zeroize::Zeroizing;

use crate::config::Loaded;
use crate::error::{Error, Result};
use crate::redact::{Redactor, Ring, Vault};

/// The environment variable that may hold keys.
const VARIABLE: &str = "PHIVET_REDACT_KEYS";

/// What a vault is called in messages.
const VAULT: &str = "the vault";

/// Where keys and pseudonyms are kept.
#[derive(Args, Default)]
#[command(next_help_heading = "Keys")]
pub(super) struct KeyFlags {
    /// A file of keys, readable by its owner only; `phivet keys new` makes one. Else PHIVET_REDACT_KEYS may hold them.
    #[arg(long, value_name = "FILE")]
    pub(super) key_file: Option<PathBuf>,
    /// A command that prints the keys: `vault kv get -field=keys secret/phivet`, or a KMS by its own program.
    #[arg(long, value_name = "COMMAND", conflicts_with = "key_file")]
    pub(super) key_command: Option<String>,
    /// The name under which the system's keyring holds the keys, for the service `phivet` (macOS: security, Linux: secret-tool).
    #[arg(long, value_name = "NAME", conflicts_with_all = ["key_file", "key_command"])]
    pub(super) keyring: Option<String>,
    /// The vault of pseudonyms: a file, sealed under the key; it is made where there is none.
    #[arg(long, value_name = "FILE")]
    pub(super) vault: Option<PathBuf>,
}

/// The keys that flags, environment or configuration name, in this order. `data` must not lie beside them.
pub(super) fn ring(flags: &KeyFlags, loaded: &Loaded, named: bool, data: &[PathBuf]) -> Result<Option<Ring>> {
    let config = &loaded.config.redact;
    if let Some(file) = &flags.key_file {
        return file_ring(file, data).map(Some);
    }
    if let Some(command) = &flags.key_command {
        return parsed(&printed(&mut shell(command), command)?).map(Some);
    }
    if let Some(name) = &flags.keyring {
        return of_keyring(name).map(Some);
    }
    if let Some(keys) = std::env::var(VARIABLE).ok().map(Zeroizing::new).filter(|keys| !keys.is_empty()) {
        return parsed(&keys).map(Some);
    }
    if let Some(file) = &config.key_file {
        return file_ring(&loaded.base.join(file), data).map(Some);
    }
    let Some(command) = &config.key_command else { return Ok(None) };
    if !named {
        return Err(Error::Usage {
            what:
                "`key_command` of a configuration that was only found is not run: a repository could start programs so"
                    .to_owned(),
            help: "name the configuration with --config, or the command with --key-command".to_owned(),
        });
    }
    parsed(&printed(&mut shell(command), command)?).map(Some)
}

fn parsed(text: &str) -> Result<Ring> {
    Ring::parse(text)
}

/// The keys in a file that only its owner can read, and that lies apart.
pub(super) fn file_ring(file: &Path, data: &[PathBuf]) -> Result<Ring> {
    apart(file, "the file of keys", data)?;
    Ring::parse(&private_text(file, "the file of keys")?)
}

/// Refuses a secret inside of a repository, in the output or beside the data.
pub(super) fn apart(file: &Path, what: &str, data: &[PathBuf]) -> Result<()> {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = parent.canonicalize().map_err(|error| unread(file, what, &error.to_string()))?;
    let refused = |why: &str, help: &str| Error::Usage {
        what: format!("{what} {} {why}", file.display()),
        help: help.to_owned(),
    };
    if folder.ancestors().any(|folder| folder.join(".git").exists()) {
        return Err(refused(
            "lies inside a repository",
            "whoever clones it could link and reveal what is protected: keep it outside, with its users only",
        ));
    }
    for data in data {
        let Ok(data) = data.canonicalize() else { continue };
        let beside = if data.is_dir() { folder.starts_with(&data) } else { data.parent() == Some(&folder) };
        if beside {
            return Err(refused(
                "lies beside the data",
                "whoever gets the data would get it too (45 CFR 164.514(c)(2)): keep it in a folder of its own",
            ));
        }
    }
    Ok(())
}

/// The text of a file that only its owner can read.
fn private_text(file: &Path, what: &str) -> Result<Zeroizing<String>> {
    let mut open = File::open(file).map_err(|error| unread(file, what, &error.to_string()))?;
    is_private(&open, file, what)?;
    let mut text = Zeroizing::new(String::new());
    open.read_to_string(&mut text).map_err(|_| unread(file, what, "it is no text"))?;
    Ok(text)
}

#[cfg(unix)]
fn is_private(open: &File, file: &Path, what: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = open.metadata().map_err(|error| unread(file, what, &error.to_string()))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Error::Usage {
        what: format!("{what} {} can be read by others (mode {:03o})", file.display(), mode & 0o777),
        help: format!(
            "run `chmod 600 {}`; if others may have read it, make new keys with `phivet keys rotate`",
            file.display()
        ),
    })
}

#[cfg(not(unix))]
fn is_private(_: &File, _: &Path, _: &str) -> Result<()> {
    Ok(())
}

/// A new file that only its owner can read.
pub(super) fn create_private(file: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

fn unread(file: &Path, what: &str, reason: &str) -> Error {
    let help = if what == VAULT {
        "name the vault that was used when the codes were made: --vault FILE"
    } else {
        "`phivet keys new --key-file FILE` makes a file of keys"
    };
    Error::Read { path: file.display().to_string(), reason: reason.to_owned(), help: help.to_owned() }
}

#[cfg(unix)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell
}

#[cfg(not(unix))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.args(["/C", command]);
    shell
}

/// The keys in the system's keyring, which its own program reads.
fn of_keyring(name: &str) -> Result<Ring> {
    let macos = ["find-generic-password", "-w", "-s", "phivet", "-a", name];
    let linux = ["lookup", "service", "phivet", "account", name];
    let (program, arguments, store) = if cfg!(target_os = "macos") {
        ("security", &macos[..], format!("security add-generic-password -s phivet -a {name} -w"))
    } else if cfg!(target_os = "windows") {
        return Err(Error::Usage {
            what: "the keyring of this system is not read".to_owned(),
            help: "use --key-command with a program that prints the keys".to_owned(),
        });
    } else {
        let store = format!("secret-tool store --label=phivet service phivet account {name} < KEYS");
        ("secret-tool", &linux[..], store)
    };
    let keys = printed(Command::new(program).args(arguments), &format!("the system's keyring, by `{program}`"));
    let keys = keys.map_err(|error| match error {
        Error::Usage { what, .. } => Error::Usage {
            what,
            help: format!(
                "`{program}` must be installed, the keyring open and the keys in it, as `phivet keys new` writes them: \
                `{store}`"
            ),
        },
        other => other,
    })?;
    parsed(&keys)
}

/// What a program prints; its errors go to the terminal, for they are its own.
fn printed(command: &mut Command, name: &str) -> Result<Zeroizing<String>> {
    let failed = |why: String| Error::Usage {
        what: format!("{name}: {why}"),
        help: "it must print the keys, as `phivet keys new` writes them, and end well".to_owned(),
    };
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().map_err(|e| failed(e.to_string()))?;
    let text = Zeroizing::new(output.stdout);
    if !output.status.success() {
        return Err(failed(format!("it failed ({})", output.status)));
    }
    std::str::from_utf8(&text)
        .map(|text| Zeroizing::new(text.to_owned()))
        .map_err(|_| failed("it prints no text".to_owned()))
}

/// The file of a vault, locked while it is used.
pub(super) struct VaultFile {
    path: PathBuf,
    file: File,
    /// Was it made just now?
    is_new: bool,
}

impl VaultFile {
    /// Opens the vault that flags or configuration name, if one is named, and locks it.
    pub(super) fn open(flags: &KeyFlags, loaded: &Loaded, make: bool, data: &[PathBuf]) -> Result<Option<Self>> {
        let named = loaded.config.redact.vault.as_ref().map(|vault| loaded.base.join(vault));
        let Some(path) = flags.vault.clone().or(named) else { return Ok(None) };
        apart(&path, VAULT, data)?;
        let is_new = make && !path.exists();
        if is_new {
            drop(
                create_private(&path)
                    .map_err(|error| super::outputs::unwritten(&path.display().to_string(), &error))?,
            );
        }
        let file = OpenOptions::new()
            .read(true)
            .write(make)
            .open(&path)
            .map_err(|error| unread(&path, VAULT, &error.to_string()))?;
        is_private(&file, &path, VAULT)?;
        file.lock().map_err(|error| unread(&path, VAULT, &format!("it cannot be locked: {error}")))?;
        Ok(Some(Self { path, file, is_new }))
    }

    /// What is in it.
    pub(super) fn read(&mut self, ring: &Ring) -> Result<Vault> {
        let mut text = String::new();
        self.file.read_to_string(&mut text).map_err(|error| unread(&self.path, VAULT, &error.to_string()))?;
        if text.is_empty() && !self.is_new {
            return Err(Error::Usage {
                what: format!("the vault {} is empty: it was cut off, or never finished", self.path.display()),
                help: "take the vault back from its last backup; if it never held a code, remove it".to_owned(),
            });
        }
        Vault::open(&text, ring)
    }

    /// Writes the codes that are new and the seal behind them, and waits until they are on the disk.
    pub(super) fn append(&mut self, redactor: &Redactor) -> Result<()> {
        let unwritten = |error: std::io::Error| super::outputs::unwritten(&self.path.display().to_string(), &error);
        for (at, text) in redactor.take_new_codes()? {
            let written = (&self.file).seek(SeekFrom::Start(at)).and_then(|_| (&self.file).write_all(text.as_bytes()));
            written.and_then(|()| self.file.sync_data()).map_err(unwritten)?;
        }
        Ok(())
    }
}
