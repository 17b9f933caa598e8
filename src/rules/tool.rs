//! AX98: what the tool finds about its own directives, configuration and work. These findings come
//! from where that work is done, so there is no check here, only what there is to read about them.

use crate::diagnostic::{Code, Finding, Severity};
use crate::text::Span;

use super::{Documentation, FixAvailability};

/// The tool's own codes, in order.
pub static TOOL: &[Documentation] = &[
    UNUSED_SUPPRESSION,
    UNKNOWN_DIRECTIVE,
    CONFIGURATION,
    NOT_A_NETWORK,
    INTERNAL_ERROR,
];

/// A suppression comment that suppresses nothing.
pub const UNUSED_SUPPRESSION: Documentation = Documentation {
    code: Code(981),
    name: "unused-suppression",
    severity: Severity::Information,
    summary: "a suppression comment suppresses nothing",
    explanation: "\
A comment `# ai8x-lint: ignore[…]` or `# ai8x-lint: ignore-file[…]` names a rule that reports \
nothing at that place. Mostly the fault has been mended since, and the comment would only hide \
the next one.

A suppression acts on its own line, on the line below if it has a line for itself, and on a whole \
layer if that line is the layer's `- ` line. Rules that are switched off by `--ignore`, `--select` \
or the configuration do not make a suppression unused.

The fix deletes the codes that are not needed, or the comment.",
    examples: &[],
    source: None,
    fix: FixAvailability::Always,
};

/// A comment for this tool that it cannot read.
pub const UNKNOWN_DIRECTIVE: Documentation = Documentation {
    code: Code(982),
    name: "unknown-directive",
    severity: Severity::Warning,
    summary: "a comment addresses this tool, but cannot be read",
    explanation: "\
A comment that starts with `# ai8x-lint:` is an instruction to this tool, and this one cannot be \
followed: it names no directive, no rule or no device that exists, or repeats an earlier one. It \
has no effect.

The directives are:

```yaml
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--fifo --overlap-data\"
# ai8x-lint: shapes=kws.shapes.json
# ai8x-lint: checkpoint=../trained/kws-q8.pth.tar
# ai8x-lint: model=../models/kws.py:kws20net
# ai8x-lint: ignore[AX301, output-overwrites-input] the reason
# ai8x-lint: ignore-file[AX9] the reason
```

`flags` are those of the vendor's tool (`izer-flags` says the same); `shapes`, `checkpoint` and `model` \
are files, seen from the folder of the network. Rules are given by code, by the beginning of a code, or by name.",
    examples: &[],
    source: None,
    fix: FixAvailability::Sometimes,
};

/// A fault of the configuration or of a shapes file.
pub const CONFIGURATION: Documentation = Documentation {
    code: Code(983),
    name: "configuration",
    severity: Severity::Error,
    summary: "a configuration or shapes file is wrong",
    explanation: "\
`ai8x-lint.toml`, the table `[tool.ai8x-lint]` of `pyproject.toml`, or a shapes file \
`NAME.shapes.json` cannot be read, or holds a key or value that this tool does not know. The whole \
file is left out of account, as if it were not there.

`ai8x-lint schema config` and `ai8x-lint schema shapes` print what these files may hold, \
`ai8x-lint config FILE` prints what is in force for one network. This finding cannot be switched \
off.",
    examples: &[],
    source: None,
    fix: FixAvailability::None,
};

/// A named file that is no network.
pub const NOT_A_NETWORK: Documentation = Documentation {
    code: Code(984),
    name: "not-a-network",
    severity: Severity::Error,
    summary: "the file is no network",
    explanation: "\
The file was named on the command line, but its top level has neither `layers` nor `arch`, so it \
describes no network for the MAX78000 or MAX78002. Files that are found in a folder are passed \
over in that case; a file that is named is not. This finding cannot be switched off.",
    examples: &[],
    source: None,
    fix: FixAvailability::None,
};

/// A failure of the tool itself.
pub const INTERNAL_ERROR: Documentation = Documentation {
    code: Code(989),
    name: "internal-error",
    severity: Severity::Warning,
    summary: "a part of the tool failed on this file",
    explanation: "\
A check failed in a way that its authors did not foresee. Its findings are missing; those of all \
other checks are complete. Please report it together with the file. This finding cannot be \
switched off.",
    examples: &[],
    source: None,
    fix: FixAvailability::None,
};

impl Documentation {
    /// A finding of the tool itself, of this kind.
    pub(crate) fn finding(&self, span: Span, message: impl Into<String>) -> Finding {
        Finding {
            code: self.code,
            name: self.name,
            severity: self.severity,
            message: message.into(),
            span,
            layer: None,
            related: Vec::new(),
            notes: Vec::new(),
            fixes: Vec::new(),
        }
    }
}
