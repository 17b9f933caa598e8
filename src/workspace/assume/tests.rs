use tempfile::tempdir;

use super::*;
use crate::workspace::directives;

/// What is known about a network of this name and text in `folder`.
fn gathered(
    folder: &Path,
    name: &str,
    text: &str,
    config: &Config,
    overrides: &Overrides,
) -> Gathered {
    let file = SourceFile::new(name.to_owned(), folder.join(name), text.to_owned());
    let directives = directives::parse(&file.text, &file.document);
    let network = crate::network::lower(&file.document, &file.text);
    gather(&file, &network, config, overrides, &directives)
}

fn config(folder: &Path, text: &str) -> Config {
    let path = folder.join("ai8x-lint.toml");
    fs::write(&path, text).unwrap();
    Config::read(&path)
}

#[test]
fn the_device_comes_from_the_best_source() {
    let folder = tempdir().unwrap();
    let configured = config(folder.path(), "device = \"MAX78002\"");
    let given = |choice| Overrides {
        device: Some(choice),
        ..Overrides::default()
    };
    let device = |name: &str, text: &str, config: &Config, overrides: &Overrides| {
        gathered(folder.path(), name, text, config, overrides)
            .assumptions
            .device
            .map(|known| (known.value.name(), known.origin.to_string()))
    };
    let (none, unset) = (Config::default(), Overrides::default());
    let known = |device, origin: &str| Some((device, origin.to_owned()));

    let text = "arch: ai85net\n# ai8x-lint: device=MAX78000\n";
    let first = given(DeviceChoice::One(DeviceId::Max78002));
    assert_eq!(
        device("a.yaml", text, &configured, &first),
        known("MAX78002", "command line")
    );
    let both = given(DeviceChoice::Both);
    assert_eq!(device("a.yaml", text, &configured, &both), None);
    assert_eq!(
        device("a.yaml", text, &configured, &unset),
        known("MAX78000", "comment in line 2")
    );
    let origin = folder.path().join("ai8x-lint.toml").display().to_string();
    assert_eq!(
        device("a.yaml", "arch: ai85net\n", &configured, &unset),
        known("MAX78002", &origin)
    );
    assert_eq!(
        device("a.yaml", "arch: AI85net\n", &none, &unset),
        known("MAX78000", "beginning of `arch`")
    );
    assert_eq!(
        device("ai87-a.yaml", "arch: ai85net\n", &none, &unset),
        known("MAX78002", "beginning of the file's name")
    );
    assert_eq!(device("a.yaml", "arch: net85\n", &none, &unset), None);
    assert_eq!(device("ä.yaml", "arch: aiü\n", &none, &unset), None);
}

#[test]
fn only_the_name_of_a_max78000_is_doubtful() {
    let folder = tempdir().unwrap();
    let doubtful = |text: &str| {
        gathered(
            folder.path(),
            "a.yaml",
            text,
            &Config::default(),
            &Overrides::default(),
        )
        .assumptions
        .device_is_doubtful()
    };
    assert!(doubtful("arch: ai85net\n"));
    assert!(!doubtful("arch: ai87net\n"));
    assert!(!doubtful("arch: ai85net # ai8x-lint: device=ai85\n"));
    assert!(!doubtful("arch: net\n"));
}

#[test]
fn the_flags_come_from_the_best_source() {
    let folder = tempdir().unwrap();
    let configured = config(folder.path(), "izer-flags = \"--fifo\"");
    let flags = |text: &str, config: &Config, given: Option<&str>| {
        let overrides = Overrides {
            flags: given.map(|words| (words.to_owned(), Flags::default())),
            ..Overrides::default()
        };
        let known = gathered(folder.path(), "a.yaml", text, config, &overrides)
            .assumptions
            .flags;
        known.map(|known| known.value.0)
    };
    let text = "# ai8x-lint: izer-flags=\"--no-kat\"\n";
    let known = |words: &str| Some(words.to_owned());
    assert_eq!(
        flags(text, &configured, Some("--mlator")),
        known("--mlator")
    );
    assert_eq!(flags(text, &configured, None), known("--no-kat"));
    assert_eq!(flags("", &configured, None), known("--fifo"));
    assert_eq!(flags("", &Config::default(), None), None);
}

#[test]
fn the_shapes_come_from_the_best_source() {
    let folder = tempdir().unwrap();
    let root = folder.path();
    let write = |name: &str, channels: u8| {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{{\"input\": [{channels}, 1, 1]}}")).unwrap();
    };
    let configured = config(root, "shapes-dir = \"deep/shapes\"");
    let channels = |text: &str| {
        let found = gathered(root, "a.b.yaml", text, &configured, &Overrides::default());
        let input = found.assumptions.facts().input;
        (
            input.map(|input| input[0]),
            found.problems.len(),
            found.sidecar.is_some(),
        )
    };
    assert_eq!(channels(""), (None, 0, false));
    write("deep/shapes/a.b.shapes.json", 1);
    assert_eq!(channels(""), (Some(1), 0, false));
    write("a.b.shapes.json", 2);
    assert_eq!(channels(""), (Some(2), 0, false));
    write("other.json", 3);
    assert_eq!(
        channels("# ai8x-lint: shapes=other.json\n"),
        (Some(3), 0, false)
    );
    // Whoever names a file means that one.
    assert_eq!(
        channels("# ai8x-lint: shapes=absent.json\n"),
        (None, 1, false)
    );
    fs::write(root.join("other.json"), "[").unwrap();
    assert_eq!(
        channels("# ai8x-lint: shapes=other.json\n"),
        (None, 0, true)
    );
    fs::write(root.join("other.json"), b"\xff").unwrap();
    assert_eq!(
        channels("# ai8x-lint: shapes=other.json\n"),
        (None, 0, true)
    );
}
