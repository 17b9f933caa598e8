//! What was read of a file, kept while the file stays the same.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// Files that are remembered; then all are forgotten.
const MOST_FILES: usize = 1024;

/// The results of reading files of one kind. An editor asks for them at each keystroke.
pub(super) struct Memo<T> {
    files: Mutex<HashMap<PathBuf, Entry<T>>>,
}

struct Entry<T> {
    changed: Option<SystemTime>,
    length: u64,
    value: Arc<T>,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self {
            files: Mutex::default(),
        }
    }
}

impl<T> Memo<T> {
    /// What `read` makes of a file; it runs again after the file has changed.
    ///
    /// # Errors
    /// Where there is no such file.
    pub(super) fn get(&self, path: &Path, read: impl FnOnce(&Path) -> T) -> io::Result<Arc<T>> {
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(self.remembered(path, &metadata, read))
    }

    /// What `read` makes of the names in a folder; it runs again after some came or went.
    ///
    /// # Errors
    /// Where there is no such folder.
    pub(super) fn get_folder(
        &self,
        path: &Path,
        read: impl FnOnce(&Path) -> T,
    ) -> io::Result<Arc<T>> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(self.remembered(path, &metadata, read))
    }

    fn remembered(
        &self,
        path: &Path,
        metadata: &fs::Metadata,
        read: impl FnOnce(&Path) -> T,
    ) -> Arc<T> {
        let (changed, length) = (metadata.modified().ok(), metadata.len());
        let files = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = files().get(path)
            && entry.changed == changed
            && entry.length == length
        {
            return Arc::clone(&entry.value);
        }
        let value = Arc::new(read(path));
        let entry = Entry {
            changed,
            length,
            value: Arc::clone(&value),
        };
        let mut files = files();
        if files.len() >= MOST_FILES {
            files.clear();
        }
        files.insert(path.to_owned(), entry);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_again_after_a_change_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let memo = Memo::default();
        let read = || memo.get(&path, |path| fs::read_to_string(path).unwrap());
        assert!(read().is_err());
        fs::write(&path, "one").unwrap();
        let one = read().unwrap();
        assert!(Arc::ptr_eq(&one, &read().unwrap()));
        fs::write(&path, "three").unwrap();
        assert_eq!(*read().unwrap(), "three");
        assert!(memo.get(folder.path(), |_| String::new()).is_err());
    }

    #[test]
    fn a_folder_is_read_again_after_a_file_has_come() {
        let folder = tempfile::tempdir().unwrap();
        let memo = Memo::default();
        let count = |path: &Path| fs::read_dir(path).unwrap().count();
        assert_eq!(*memo.get_folder(folder.path(), count).unwrap(), 0);
        let path = folder.path().join("a");
        fs::write(&path, "one").unwrap();
        // Folders of some file systems tell the time of a change by the second only.
        let later = SystemTime::now() + std::time::Duration::from_secs(2);
        if let Ok(file) = fs::File::open(folder.path()) {
            let _ = file.set_modified(later);
        }
        assert_eq!(*memo.get_folder(folder.path(), count).unwrap(), 1);
        assert!(memo.get_folder(&path, count).is_err());
    }
}
