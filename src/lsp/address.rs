//! Addresses of files as paths, and paths as addresses.
//!
//! The framework's own conversion knows no names of hosts on Windows, `\\host\share`.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use tower_lsp::ls_types::Uri;

use super::guard::legal;

/// The path of an address of a file.
pub(super) fn file_path(uri: &Uri) -> Option<PathBuf> {
    if !uri.scheme().as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    let host = uri.authority().map_or("", |authority| authority.host());
    let path = uri.path().decode().to_string_lossy();
    let path = PathBuf::from(local_path(host, &path, cfg!(windows))?);
    path.is_absolute().then_some(path)
}

/// The address of a file.
pub(super) fn file_uri(path: &Path) -> Option<Uri> {
    let path = std::path::absolute(path).ok()?;
    address(&path.to_string_lossy(), cfg!(windows)).parse().ok()
}

/// The path behind a host and the path of an address.
fn local_path(host: &str, path: &str, windows: bool) -> Option<String> {
    let is_here = host.is_empty() || host.eq_ignore_ascii_case("localhost");
    if !windows {
        // What lies on another host has no path here.
        return is_here.then(|| path.to_owned());
    }
    let path = path.replace('/', "\\");
    if !is_here {
        return Some(format!("\\\\{host}{path}"));
    }
    let path = path.trim_start_matches('\\');
    let mut letters = path.chars();
    // Clients write drives as `c:` and as `C:`; a path has one spelling.
    match (letters.next(), letters.next()) {
        (Some(drive), Some(':')) if drive.is_ascii_alphabetic() => {
            let rest = letters.as_str();
            let root = if rest.is_empty() { "\\" } else { "" };
            Some(format!("{}:{rest}{root}", drive.to_ascii_uppercase()))
        }
        _ => None,
    }
}

/// The address of an absolute path.
fn address(path: &str, windows: bool) -> String {
    let path = match windows {
        true => Cow::Owned(path.replace('\\', "/")),
        false => Cow::Borrowed(path),
    };
    // What is legal in an address means something else there than in a path.
    let path = path
        .replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23");
    let verbatim = path.strip_prefix("//%3F/").filter(|_| windows);
    let path = verbatim.unwrap_or(&path);
    match path.strip_prefix("//").filter(|_| windows) {
        Some(share) => legal(&format!("file://{share}")),
        None if path.starts_with('/') => legal(&format!("file://{path}")),
        None => legal(&format!("file:///{path}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a client's address stands for.
    fn read(given: &str, windows: bool) -> Option<String> {
        let uri: Uri = legal(given).parse().expect("a legal address");
        let host = uri.authority().map_or("", |authority| authority.host());
        let path = uri.path().decode().to_string_lossy().into_owned();
        local_path(host, &path, windows)
    }

    #[test]
    fn drives_and_hosts_are_paths_on_windows() {
        let cases = [
            ("file:///c%3A/nets/a.yaml", Some("C:\\nets\\a.yaml")),
            ("file:///c:/nets/a.yaml", Some("C:\\nets\\a.yaml")),
            ("file:///C%3a/nets/a.yaml", Some("C:\\nets\\a.yaml")),
            ("file://localhost/D:/a.yaml", Some("D:\\a.yaml")),
            ("file:///c%3A/", Some("C:\\")),
            ("file:///c:", Some("C:\\")),
            (
                "file:///c%3A/with%20blank/%C3%BC%23%25.yaml",
                Some("C:\\with blank\\\u{fc}#%.yaml"),
            ),
            (
                "file://server/share/nets/a.yaml",
                Some("\\\\server\\share\\nets\\a.yaml"),
            ),
            (
                "file://wsl.localhost/Ubuntu/a.yaml",
                Some("\\\\wsl.localhost\\Ubuntu\\a.yaml"),
            ),
            ("file:////server/share/a.yaml", None),
            ("file:///nets/a.yaml", None),
            ("file:///", None),
        ];
        for (given, expected) in cases {
            assert_eq!(read(given, true).as_deref(), expected, "{given}");
        }
    }

    #[test]
    fn elsewhere_a_path_is_as_it_is_written() {
        let cases = [
            ("file:///nets/a.yaml", Some("/nets/a.yaml")),
            ("file://localhost/nets/a.yaml", Some("/nets/a.yaml")),
            ("file:///c%3A/nets/a.yaml", Some("/c:/nets/a.yaml")),
            (
                "file:///no where/[x]/%25.yaml",
                Some("/no where/[x]/%.yaml"),
            ),
            ("file://server/share/a.yaml", None),
        ];
        for (given, expected) in cases {
            assert_eq!(read(given, false).as_deref(), expected, "{given}");
        }
    }

    #[test]
    fn paths_become_addresses_and_come_back() {
        let cases = [
            ("C:\\nets\\a b.yaml", true, "file:///C:/nets/a%20b.yaml"),
            (
                "\\\\server\\share\\a.yaml",
                true,
                "file://server/share/a.yaml",
            ),
            ("C:\\100%\\#1.yaml", true, "file:///C:/100%25/%231.yaml"),
            (
                "/nets/\u{fc}/100%20?.yaml",
                false,
                "file:///nets/%C3%BC/100%2520%3F.yaml",
            ),
            ("/a\\b.yaml", false, "file:///a%5Cb.yaml"),
        ];
        for (path, windows, expected) in cases {
            assert_eq!(address(path, windows), expected);
            assert_eq!(read(expected, windows).as_deref(), Some(path));
        }
        let verbatim = address("\\\\?\\C:\\a.yaml", true);
        assert_eq!(verbatim, "file:///C:/a.yaml");
    }

    #[test]
    fn what_is_no_file_has_no_path() {
        for given in [
            "untitled:Untitled-1",
            "vscode-remote://ssh+host/a",
            "git:/a.yaml",
        ] {
            assert_eq!(file_path(&given.parse().expect("an address")), None);
        }
        let upper: Uri = "FILE:///a.yaml".parse().expect("an address");
        assert_eq!(file_path(&upper).is_some(), !cfg!(windows));
        let here = std::env::current_dir().expect("a folder").join("a b.yaml");
        let uri = file_uri(&here).expect("an address");
        assert_eq!(file_path(&uri), Some(here));
    }
}
