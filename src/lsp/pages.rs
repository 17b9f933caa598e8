//! The documentation of rules as files, so that the code of a diagnostic can link to it in any
//! editor, without a network.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;
use tower_lsp::ls_types::Uri;

use crate::diagnostic::Code;
use crate::report::docs::rule_chapter;
use crate::rules;

use super::address::file_uri;

/// Writes each page when it is first linked to. The pages go when the server ends.
#[derive(Debug, Default)]
pub(super) struct Pages {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    folder: Option<TempDir>,
    /// `None` where a page could not be written; it is not tried again.
    pages: HashMap<Code, Option<Uri>>,
}

impl Pages {
    /// The page of a rule; `None` where it cannot be written.
    pub(super) fn of(&self, code: Code) -> Option<Uri> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(page) = state.pages.get(&code) {
            return page.clone();
        }
        let page = state.write(code);
        state.pages.insert(code, page.clone());
        page
    }

    /// Deletes the pages.
    pub(super) fn delete(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State::default();
    }
}

impl State {
    fn write(&mut self, code: Code) -> Option<Uri> {
        let rule = rules::documented().find(|rule| rule.code == code)?;
        if self.folder.is_none() {
            let folder = tempfile::Builder::new().prefix("ai8x-lint-").tempdir();
            self.folder = Some(folder.ok()?);
        }
        let path = self.folder.as_ref()?.path().join(format!("{code}.md"));
        std::fs::write(&path, rule_chapter(&rule)).ok()?;
        file_uri(&path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::address::file_path;

    #[test]
    fn a_page_is_written_once_and_goes_with_the_others() {
        let pages = Pages::default();
        let page = pages.of(Code(304)).unwrap();
        assert_eq!(pages.of(Code(304)), Some(page.clone()));
        let path = file_path(&page).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("## AX304 "), "{text}");
        assert_eq!(pages.of(Code(1000)), None);
        pages.delete();
        assert!(!path.exists());
    }
}
