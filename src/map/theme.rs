//! Colours.

/// The colours around the drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Theme {
    /// A light one.
    Light,
    /// A dark one.
    Dark,
    /// Black and white, for those who need it.
    HighContrast,
    /// Unknown: a card of its own that reads on any.
    Neutral,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Light, Self::Dark, Self::HighContrast, Self::Neutral];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::HighContrast => "high-contrast",
            Self::Neutral => "neutral",
        }
    }

    pub(super) const fn palette(self) -> &'static Palette {
        match self {
            Self::Light => &Palette {
                card: "#ffffff",
                edge: "#ffffff",
                ground: "#f3f4f6",
                line: "#d0d4da",
                text: "#1f2328",
                dim: "#5f6670",
                reads: "#1f6fd1",
                second: "#7a5ce0",
                writes: "#14804e",
                live: "#8f5f00",
                conflict: "#d1242f",
                ink: "#ffffff",
            },
            Self::Dark => &Palette {
                card: "#1f1f1f",
                edge: "#1f1f1f",
                ground: "#2a2a2a",
                line: "#3d3d3d",
                text: "#d4d4d4",
                dim: "#9a9a9a",
                reads: "#4ea1ff",
                second: "#a99cff",
                writes: "#4cc38a",
                live: "#d9a94e",
                conflict: "#ff5c5c",
                ink: "#10151b",
            },
            Self::HighContrast => &Palette {
                card: "#000000",
                edge: "#ffffff",
                ground: "#000000",
                line: "#ffffff",
                text: "#ffffff",
                dim: "#ffffff",
                reads: "#6fb6ff",
                second: "#d3c6ff",
                writes: "#5cf0a0",
                live: "#ffd866",
                conflict: "#ff5050",
                ink: "#000000",
            },
            Self::Neutral => &Palette {
                card: "#27303a",
                edge: "#46525f",
                ground: "#323d49",
                line: "#475463",
                text: "#e6edf3",
                dim: "#b0bac5",
                reads: "#5aaaff",
                second: "#b3a7ff",
                writes: "#56cf96",
                live: "#e2b45c",
                conflict: "#ff6b6b",
                ink: "#10151b",
            },
        }
    }
}

/// The colours of a drawing.
pub(super) struct Palette {
    pub(super) card: &'static str,
    pub(super) edge: &'static str,
    pub(super) ground: &'static str,
    pub(super) line: &'static str,
    pub(super) text: &'static str,
    pub(super) dim: &'static str,
    pub(super) reads: &'static str,
    /// The other operand of two that take turns.
    pub(super) second: &'static str,
    pub(super) writes: &'static str,
    pub(super) live: &'static str,
    pub(super) conflict: &'static str,
    /// Letters on a tensor.
    pub(super) ink: &'static str,
}
