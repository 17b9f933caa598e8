//! The settings of the editor. What is absent or makes no sense leaves the default.

use serde_json::Value;

use crate::device::DeviceId;
use crate::ide::hints::HintSettings;
use crate::map::Theme;
use crate::workspace::DeviceChoice;

/// The name that the settings go by.
pub(super) const SECTION: &str = "ai8x-lint";

/// The settings; `docs/protocol.md` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// The chip of networks that do not say it themselves.
    pub(super) device: Option<DeviceChoice>,
    /// Inlay hints; all off where the master switch is.
    pub(super) hints: HintSettings,
    /// The master switch itself: whether model files show their layers.
    pub(super) any_hints: bool,
    pub(super) lenses: bool,
    /// Whether hovers draw the memory map; who does not say it gets pictures if it names its theme.
    pub(super) pictures: Option<bool>,
}

impl Default for Settings {
    fn default() -> Self {
        Self::read(&Value::Null)
    }
}

impl Settings {
    /// Reads settings as they come: alone, or under their name.
    pub(super) fn read(value: &Value) -> Self {
        let own = value.get(SECTION).unwrap_or(value);
        let switch = |path: &str| own.pointer(path).and_then(Value::as_bool).unwrap_or(true);
        let hint = |path: &str| switch("/inlayHints/enabled") && switch(path);
        Self {
            device: own.get("device").and_then(Value::as_str).and_then(device),
            hints: HintSettings {
                shapes: hint("/inlayHints/shapes"),
                ranges: hint("/inlayHints/ranges"),
                channels: hint("/inlayHints/channels"),
                scalars: hint("/inlayHints/scalars"),
            },
            any_hints: switch("/inlayHints/enabled"),
            lenses: switch("/codeLens/enabled"),
            pictures: own.pointer("/hover/picture").and_then(Value::as_bool),
        }
    }
}

/// The theme that a client names, alone or in its options.
pub(super) fn theme(value: &Value) -> Option<Theme> {
    match value.get("theme")?.as_str()? {
        "light" => Some(Theme::Light),
        "dark" => Some(Theme::Dark),
        "highContrast" => Some(Theme::HighContrast),
        _ => None,
    }
}

fn device(name: &str) -> Option<DeviceChoice> {
    if name.eq_ignore_ascii_case("both") {
        return Some(DeviceChoice::Both);
    }
    DeviceId::parse(name).map(DeviceChoice::One)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_come_alone_or_under_their_name() {
        let own = json!({"device": "max78002", "inlayHints": {"ranges": false}});
        let read = Settings::read(&own);
        assert_eq!(read.device, Some(DeviceChoice::One(DeviceId::Max78002)));
        assert!(read.hints.shapes && !read.hints.ranges && read.lenses);
        assert_eq!(Settings::read(&json!({ SECTION: own })), read);
    }

    #[test]
    fn one_switch_turns_all_hints_off() {
        let read = Settings::read(&json!({"inlayHints": {"enabled": false, "shapes": true}}));
        let HintSettings {
            shapes,
            ranges,
            channels,
            scalars,
        } = read.hints;
        assert!(![shapes, ranges, channels, scalars, read.any_hints].contains(&true));
    }

    #[test]
    fn nonsense_leaves_the_defaults() {
        let odd = json!({"device": 7, "inlayHints": [], "codeLens": {"enabled": "no"}});
        assert_eq!(Settings::read(&odd), Settings::default());
        assert_eq!(Settings::read(&json!({"device": ""})), Settings::default());
    }
}
