//! The certificate of a verification, and the hashes of the files that it speaks of.

use std::io::Read;

use sha2::{Digest, Sha256};

use super::outputs;
use super::verify::{Verified, VerifyArgs, is_json};
use crate::error::Result;
use crate::scan::Scanner;
use crate::source::{self, Wanted};
use crate::verify::Verifier;
use crate::verify::certificate::{Certificate, FileHash, HashesTried, STANDARD, TO_CONFIRM};

/// SHA-256 of each whole file, where a certificate is wanted. Standard input can be read only once.
pub(super) fn hashes(args: &VerifyArgs, (scanner, verifier): (&Scanner, &Verifier), wanted: &Wanted) -> Vec<FileHash> {
    let mut hashes = Vec::new();
    if args.certificate.is_empty() {
        return hashes;
    }
    source::inputs(wanted, &mut |input| {
        if wanted.stdin.as_ref() != Some(&input.name) {
            let path = verifier.name(scanner, &input.name).to_string();
            hashes.extend((input.open)().ok().and_then(|stream| hash(path, stream.bytes)));
        }
        true
    });
    hashes
}

fn hash(path: String, mut bytes: impl Read) -> Option<FileHash> {
    let (mut hasher, mut buffer, mut count) = (Sha256::new(), vec![0; 1 << 16], 0);
    loop {
        match bytes.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                hasher.update(&buffer[..read]);
                count += read as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    let sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Some(FileHash { path, sha256: Some(sha256), bytes: count })
}

/// Writes the certificates that are asked for.
pub(super) fn write(
    args: &VerifyArgs,
    verified: &Verified<'_>,
    (files, today, compared): (Vec<FileHash>, &str, bool),
) -> Result<()> {
    if args.certificate.is_empty() {
        return Ok(());
    }
    let (undone, summary) = (&verified.ended.undone, &verified.summary);
    let result = verified.result();
    // Of a small file with one value in it the hash is as good as the value: all that it could be is tried in a minute.
    let of = |file: FileHash| FileHash { sha256: file.sha256.filter(|_| result == "pass"), ..file };
    let certificate = Certificate {
        result,
        standard: STANDARD,
        tool: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        rules: verified.rules_hash.clone(),
        verified: today.to_owned(),
        files: files.into_iter().map(of).collect(),
        documents: summary.files,
        bytes: summary.bytes,
        skipped: verified.skipped.iter().map(|skipped| format!("{}: {}", skipped.document, skipped.reason)).collect(),
        letters: verified.letters.lines(),
        hashes: HashesTried {
            seen: undone.seen,
            undone: undone.findings.len() as u64,
            complete: undone.complete,
            tried: undone.tried.clone(),
        },
        quasi: verified.ended.risk.clone(),
        compared,
        notices: verified.notices.clone(),
        to_confirm: TO_CONFIRM.to_vec(),
    };
    for file in &args.certificate {
        let text = if is_json(file) { certificate.json().unwrap_or_default() } else { certificate.markdown() };
        std::fs::write(file, text).map_err(|error| outputs::unwritten(&file.display().to_string(), &error))?;
    }
    Ok(())
}
