//! Applying fixes: over and over until nothing changes, and each only if it helps.

use std::io::{self, Write};
use std::path::Path;

use crate::diagnostic::Applicability;
use crate::text::{Edit, apply_edits};

use super::assume::Overrides;
use super::config::Config;
use super::lint::{Linted, lint, lint_once};
use super::source::SourceFile;

/// Fixes may bring new findings with fixes of their own; nobody needs more rounds than this.
const MOST_ROUNDS: usize = 100;

/// What came of fixing a file.
#[derive(Debug)]
pub struct Fixed {
    /// Its text afterwards.
    pub text: String,
    /// The lint of that text.
    pub linted: Linted,
    /// How many fixes were applied.
    pub applied: usize,
}

/// Applies the fixes that may be applied without asking: safe ones, and unsafe ones where
/// `allowed` says so. Of two that overlap the later one waits for the next round.
///
/// A fix stays only if its finding is gone afterwards and no error has come.
pub fn fix(
    file: &SourceFile,
    config: &Config,
    overrides: &Overrides,
    allowed: Applicability,
) -> Fixed {
    let check = |text: &str| lint_once(&file.with_text(text.to_owned()), config, overrides);
    let mut fixed = Fixed {
        text: file.text.clone(),
        linted: lint_once(file, config, overrides),
        applied: 0,
    };
    for _ in 0..MOST_ROUNDS {
        match run_round(&fixed, allowed, check) {
            Some(better) => fixed = better,
            None => break,
        }
    }
    fixed.linted = lint(&file.with_text(fixed.text.clone()), config, overrides);
    fixed
}

/// Applies what can be applied together; `None` where nothing helps.
fn run_round(
    start: &Fixed,
    allowed: Applicability,
    check: impl Fn(&str) -> Linted,
) -> Option<Fixed> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut best: Option<Fixed> = None;
    for finding in &start.linted.report.findings {
        let fix = finding.fixes.iter().find(|fix| {
            fix.applicability <= allowed && fix.applicability != Applicability::DisplayOnly
        });
        let Some(fix) = fix else { continue };
        let together = [edits.as_slice(), &fix.edits].concat();
        // Edits that overlap do not apply.
        let Some(text) = apply_edits(&start.text, &together) else {
            continue;
        };
        let before = best.as_ref().unwrap_or(start);
        let linted = check(&text);
        if linted.mends(finding.code, &before.linted) {
            edits = together;
            best = Some(Fixed {
                text,
                linted,
                applied: before.applied + 1,
            });
        }
    }
    best
}

/// Writes a text in place of a file's, at once: a reader sees the old or the new one. Permissions
/// stay, and a link stays a link.
///
/// # Errors
/// Where the folder or the file cannot be written.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file()
        .set_permissions(path.metadata()?.permissions())?;
    file.persist(&path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::tempdir;

    use super::*;

    fn fixed(text: &str, allowed: Applicability) -> (String, usize) {
        let file = SourceFile::new("a.yaml".to_owned(), "/a.yaml".into(), text.to_owned());
        let overrides = Overrides {
            selection: crate::workspace::Selection {
                select: Some(vec!["AX98".parse().unwrap()]),
                ..Default::default()
            },
            ..Overrides::default()
        };
        let fixed = fix(&file, &Config::default(), &overrides, allowed);
        (fixed.text, fixed.applied)
    }

    #[test]
    fn only_what_is_allowed_is_applied_and_all_else_stays() {
        let text = "\u{feff}arch: a # ai8x-lint: ignore[AX983]\r\n\
                    # ai8x-lint: devise=ai85 # ä\r\n\
                    layers: [] # ai8x-lint: ignore[AX984]\r\n";
        let safe = "\u{feff}arch: a\r\n# ai8x-lint: devise=ai85 # ä\r\nlayers: []\r\n";
        assert_eq!(fixed(text, Applicability::Safe), (safe.to_owned(), 2));
        let (text, applied) = fixed(text, Applicability::Unsafe);
        assert!(text.contains("\r\n# ai8x-lint: device=ai85"), "{text}");
        assert_eq!(applied, 3);
        assert_eq!(fixed(&text, Applicability::Unsafe), (text, 0));
    }

    #[test]
    fn a_fix_that_does_not_help_is_not_applied() {
        // The better word would repeat the directive above.
        let text = "arch: a\nlayers: []\n# ai8x-lint: device=ai85\n# ai8x-lint: devise=ai85\n";
        assert_eq!(fixed(text, Applicability::Unsafe), (text.to_owned(), 0));
    }

    #[test]
    fn writing_keeps_permissions_and_links() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        fs::write(&path, "old").unwrap();
        write(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write(&folder.path().join("absent.yaml"), "").is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt, symlink};
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            let link = folder.path().join("link.yaml");
            symlink(&path, &link).unwrap();
            write(&link, "newer").unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read_to_string(&path).unwrap(), "newer");
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        }
    }
}
