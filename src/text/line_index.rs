//! Byte offsets to lines and columns, and back.

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, the first is 0.
    pub line: u32,
    /// Column in the unit that was asked for, the first is 0.
    pub column: u32,
}

/// The line starts of one text. Lines end with `\n`, `\r\n` or `\r`, as the language server
/// protocol says.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    length: u32,
}

impl LineIndex {
    /// Indexes a text.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (i, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' || (byte == b'\r' && bytes.get(i + 1) != Some(&b'\n')) {
                starts.push(i as u32 + 1);
            }
        }
        Self {
            starts,
            length: bytes.len() as u32,
        }
    }

    /// Number of lines; a text that ends with a line break has an empty last line.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line that holds byte `offset`; offsets past the end are on the last line.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32 - 1
    }

    /// Byte offset where `line` starts; the end of the text for lines past the last.
    pub fn line_start(&self, line: u32) -> u32 {
        self.starts
            .get(line as usize)
            .copied()
            .unwrap_or(self.length)
    }

    /// Line and column of a byte offset, columns counted in code points.
    pub fn code_points(&self, text: &str, offset: u32) -> LineColumn {
        self.position(text, offset, |_| 1)
    }

    /// Line and column of a byte offset, columns counted in UTF-16 code units.
    pub fn utf16(&self, text: &str, offset: u32) -> LineColumn {
        self.position(text, offset, |c| c.len_utf16() as u32)
    }

    /// Line and column of a byte offset, columns counted in bytes.
    pub fn utf8(&self, text: &str, offset: u32) -> LineColumn {
        self.position(text, offset, |c| c.len_utf8() as u32)
    }

    fn position(&self, text: &str, offset: u32, width: impl Fn(char) -> u32) -> LineColumn {
        let offset = offset.min(self.length);
        let line = self.line(offset);
        let start = self.line_start(line) as usize;
        let column = text[start..]
            .char_indices()
            .take_while(|(i, c)| start + i + c.len_utf8() <= offset as usize)
            .map(|(_, c)| width(c))
            .sum();
        LineColumn { line, column }
    }
}
