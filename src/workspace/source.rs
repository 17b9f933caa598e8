//! A network file, or a model file in Python: its text and tree, and whether it is one.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::pytorch::{self, Outline};
use crate::text::{LineIndex, Span};
use crate::yaml::{self, Document, Entry, NodeKind, Value};

use super::shown;

/// Far more than any network needs; a network has a few kilobytes.
const LARGEST_FILE: usize = 16 << 20;

/// The text of a file and what can be read off it.
#[derive(Debug)]
pub struct SourceFile {
    /// The file as the user knows it.
    pub name: String,
    /// Its absolute path; for standard input, the one that the text would have.
    pub path: PathBuf,
    /// Its text, a byte order mark included.
    pub text: String,
    /// The tree of the text; of a Python file, only the comments of a model file.
    pub document: Document,
    /// What a model file in Python offers; `None` of every other file.
    pub outline: Option<Outline>,
}

/// A file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The file as the user knows it.
    pub name: String,
    /// What is wrong with it.
    pub message: String,
}

impl SourceFile {
    /// A file with this text.
    pub fn new(name: String, path: PathBuf, text: String) -> Self {
        let (document, outline) = if !is_python(&path) {
            (yaml::parse(&text), None)
        } else if pytorch::is_model_file(&text) {
            let outline = pytorch::outline(&text);
            let comments = outline.comments.iter().copied();
            (Document::of_comments(comments), Some(outline))
        } else {
            (Document::default(), None)
        };
        Self {
            name,
            path,
            text,
            document,
            outline,
        }
    }

    /// The same file with another text.
    #[must_use]
    pub fn with_text(&self, text: String) -> Self {
        Self::new(self.name.clone(), self.path.clone(), text)
    }

    /// The same file after an edit, which costs less than [`Self::with_text`] where it is a small one.
    #[must_use]
    pub fn edited(&self, text: String) -> Self {
        if self.is_python() {
            return self.with_text(text);
        }
        Self {
            name: self.name.clone(),
            path: self.path.clone(),
            document: yaml::parse_edited(&self.text, &self.document, &text),
            text,
            outline: None,
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Where it is no text, or cannot be read.
    pub fn read(path: &Path) -> Result<Self, Trouble> {
        Self::of_bytes(shown(path), path, &read_bytes(path))
    }

    /// Reads standard input as if it were the file `path`.
    ///
    /// # Errors
    /// Where it is no text, or cannot be read.
    pub fn read_stdin(path: &Path) -> Result<Self, Trouble> {
        Self::of_bytes(shown(path), path, &read_limited(io::stdin().lock()))
    }

    fn of_bytes(name: String, path: &Path, bytes: &io::Result<Vec<u8>>) -> Result<Self, Trouble> {
        match bytes.as_deref().map_err(reason).and_then(text) {
            Ok(text) => Ok(Self::new(name, path.to_owned(), text)),
            Err(message) => Err(Trouble { name, message }),
        }
    }

    /// Reads a file that was found in a folder; `None` where it is neither a network nor a model.
    ///
    /// # Errors
    /// Where it may be one, but cannot be read.
    pub fn read_found(path: &Path) -> Result<Option<Self>, Trouble> {
        let bytes = read_bytes(path);
        // Most files are neither; those need not be text either.
        let may_be = |bytes: &[u8]| {
            if is_python(path) {
                has_word(bytes, b"ai8x")
            } else {
                has_word(bytes, b"layers") && has_word(bytes, b"arch")
            }
        };
        if bytes.as_deref().is_ok_and(|bytes| !may_be(bytes)) {
            return Ok(None);
        }
        let file = Self::of_bytes(shown(path), path, &bytes)?;
        Ok((file.is_surely_network() || file.outline.is_some()).then_some(file))
    }

    /// Whether it is a Python file, a model or not.
    pub fn is_python(&self) -> bool {
        is_python(&self.path)
    }

    /// Whether the file has both keys of a network, so that nobody need say that it is one.
    pub fn is_surely_network(&self) -> bool {
        self.has("layers") && self.has("arch")
    }

    /// Whether the file describes anything that belongs to a network.
    pub fn is_network(&self) -> bool {
        self.has("layers") || self.has("arch") || !self.document.errors.is_empty()
    }

    /// Whether the file may become a network: it has no layers yet, and nothing that no network has.
    pub fn is_blank(&self) -> bool {
        let is_null = |node| match &self.document.node(node).kind {
            NodeKind::Scalar(scalar) => matches!(scalar.resolve(), Value::Null),
            _ => false,
        };
        let is_start = |entry: &Entry| {
            let is = |key| self.document.is_text(entry.key, key);
            is("arch") || is("dataset") || is("layers") && is_null(entry.value)
        };
        let is_blank = |root| {
            let entries = self.document.entries(root);
            is_null(root) || !entries.is_empty() && entries.iter().all(is_start)
        };
        !self.is_python()
            && self.document.errors.is_empty()
            && self.document.root().is_none_or(is_blank)
    }

    fn has(&self, key: &str) -> bool {
        let root = self.document.root();
        root.is_some_and(|root| self.document.get(root, key).is_some())
    }

    /// The value of the top-level `arch`, where it is a plain word.
    pub fn arch(&self) -> Option<&str> {
        let value = self.document.get(self.document.root()?, "arch")?;
        match &self.document.node(value).kind {
            NodeKind::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// Where that value stands.
    pub fn arch_span(&self) -> Option<Span> {
        let value = self.document.get(self.document.root()?, "arch")?;
        Some(self.document.span(value))
    }

    /// The line of a byte, from 1.
    pub fn line(&self, offset: u32) -> u32 {
        LineIndex::new(&self.text).line(offset) + 1
    }
}

/// Whether a path is that of a Python file, by its name.
pub(super) fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

/// Whether a word occurs at all.
fn has_word(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    read_limited(fs::File::open(path)?)
}

fn read_limited(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader
        .take(LARGEST_FILE as u64 + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() > LARGEST_FILE {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// Why something cannot be read or written, in plain words.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::FileTooLarge => "it is too large for a network".to_owned(),
        _ => error.to_string(),
    }
}

fn text(bytes: &[u8]) -> Result<String, String> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => Err("it is a binary file, not text".to_owned()),
        Ok(text) => Ok(text.to_owned()),
        Err(_) if bytes.contains(&0) => Err("it is a binary file, not text".to_owned()),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(format!("it is not UTF-8: see line {line}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::tempdir;

    fn file(text: &str) -> SourceFile {
        SourceFile::new("a.yaml".to_owned(), "/a.yaml".into(), text.to_owned())
    }

    #[test]
    fn arch_is_read_as_written() {
        assert_eq!(file("arch: ai85net\nlayers: []\n").arch(), Some("ai85net"));
        assert_eq!(file("arch: [a]\n").arch(), None);
        assert_eq!(file("- arch: a\n").arch(), None);
    }

    #[test]
    fn one_key_or_a_fault_makes_a_named_file_a_network() {
        assert!(file("arch: a\n").is_network());
        assert!(file("layers:\n  - pad: 1\n").is_network());
        assert!(file("layers: [\n").is_network());
        assert!(!file("").is_network());
        assert!(!file("- layers\n- arch\n").is_network());
    }

    #[test]
    fn a_blank_file_has_nothing_that_no_network_has() {
        for blank in ["", "# a\n", "---\n", "arch: a\n", "dataset: a\nlayers:\n"] {
            assert!(file(blank).is_blank(), "{blank}");
        }
        for other in [
            "a: 1\n",
            "- a\n",
            "layers:\n  - pad: 1\n",
            "arch: [\n",
            "arch\n",
        ] {
            assert!(!file(other).is_blank(), "{other}");
        }
    }

    #[test]
    fn files_of_a_folder_need_both_keys() {
        let folder = tempdir().unwrap();
        let read = |bytes: &[u8]| {
            let path = folder.path().join("a.yaml");
            fs::write(&path, bytes).unwrap();
            SourceFile::read_found(&path).map(|file| file.is_some())
        };
        assert_eq!(read(b"arch: a\nlayers:\n  - pad: 1\n"), Ok(true));
        assert_eq!(read(b"arch: a\nlayers:\n  - pad: [1\n"), Ok(true));
        assert_eq!(read(b"arch: a\n# layers:\n"), Ok(false));
        assert_eq!(read(b"\xff\0"), Ok(false));
        assert!(read(b"arch: a\nlayers: [] # \xfc\n").is_err());
    }

    #[test]
    fn python_files_are_models_where_they_use_the_trainer() {
        let read = |text: &str| SourceFile::new("a.py".to_owned(), "/a.py".into(), text.to_owned());
        let model = read("import ai8x  # one\nmodels = []\n");
        assert_eq!(model.document.comments.len(), 1);
        assert!(model.outline.is_some() && !model.is_network());
        let other = read("import os  # arch: layers:\n");
        assert!(other.outline.is_none() && other.is_python() && !other.is_network());
    }

    #[test]
    fn what_is_no_text_is_said() {
        assert_eq!(text(b"a\0").unwrap_err(), "it is a binary file, not text");
        assert_eq!(
            text(b"\xff\xfea\0").unwrap_err(),
            "it is a binary file, not text"
        );
        assert_eq!(
            text(b"a\nb\xfc").unwrap_err(),
            "it is not UTF-8: see line 2"
        );
        let large = vec![b' '; LARGEST_FILE + 1];
        assert!(read_limited(large.as_slice()).is_err());
    }
}
