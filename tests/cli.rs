//! The binary from outside: formats, exit codes, files and folders, configuration, directives,
//! fixes, and the other commands.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use insta::assert_snapshot;
use tempfile::TempDir;

/// A network that works, with two findings of the tool about its comments.
const NOTED: &str = "\
arch: tiny  # ai8x-lint: ignore[AX984] no longer true
dataset: demo
# ai8x-lint: devise=MAX78000

layers:
  - name: conv
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    data_format: HWC
    processors: 0x0000000000000007
    out_offset: 0x2000
  - name: scores
    op: linear
    flatten: true
    activate: none
    output_width: 32
    processors: 0x000000000000ffff
    out_offset: 0x0000
";

/// The same without the comments.
const CLEAN: &str = "\
arch: tiny
dataset: demo

layers:
  - name: conv
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    data_format: HWC
    processors: 0x0000000000000007
    out_offset: 0x2000
  - name: scores
    op: linear
    flatten: true
    activate: none
    output_width: 32
    processors: 0x000000000000ffff
    out_offset: 0x0000
";

/// The shapes of both.
const SHAPES: &str = r#"{
  "input": [3, 2, 2],
  "weights": [
    {"in": 3, "out": 16, "kernel": [3, 3], "bias": true},
    {"in": 64, "out": 10, "kernel": [1], "bias": true}
  ]
}
"#;

/// A folder to work in.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        command(self.0.path(), arguments)
    }

    /// Runs the binary here; yields the exit code and what it printed.
    fn run(&self, arguments: &[&str]) -> String {
        show(self.command(arguments))
    }
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("ai8x-lint").unwrap();
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("AI8X_LINT_OUTPUT_FORMAT");
    command
}

fn show(mut command: Command) -> String {
    let output = command.output().unwrap();
    let mut text = format!("exit code: {}\n", output.status.code().unwrap());
    for (name, bytes) in [("stdout", output.stdout), ("stderr", output.stderr)] {
        if !bytes.is_empty() {
            let printed = String::from_utf8(bytes).unwrap();
            text += &format!("----- {name} -----\n{printed}");
        }
    }
    text
}

/// The last line of what a run printed.
fn last_line(printed: &str) -> &str {
    printed.lines().last().unwrap_or_default()
}

#[test]
fn full_is_the_default_format() {
    let folder = Folder::new(&[("a.yaml", NOTED)]);
    assert_snapshot!(folder.run(&["a.yaml"]), @"
    exit code: 0
    ----- stdout -----
    note[AX981]: `AX984` is not reported here, so there is nothing to suppress
      ┌─ a.yaml:1:13
      │
    1 │ arch: tiny  # ai8x-lint: ignore[AX984] no longer true
      │             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      │
      = fix (--fix): Delete the suppression
        - arch: tiny  # ai8x-lint: ignore[AX984] no longer true
        + arch: tiny

    warning[AX982]: there is no directive `devise`; did you mean `device`?
      ┌─ a.yaml:3:14
      │
    3 │ # ai8x-lint: devise=MAX78000
      │              ^^^^^^
      │
      = fix (--fix --unsafe-fixes): Write `device`
        - # ai8x-lint: devise=MAX78000
        + # ai8x-lint: device=MAX78000

    Found 1 warning and 1 note in 1 file; 1 fixable with --fix, 1 more with --fix --unsafe-fixes
    ");
    assert_eq!(folder.run(&["check", "a.yaml"]), folder.run(&["a.yaml"]));
}

#[test]
fn silence_is_a_line_too() {
    let folder = Folder::new(&[("a.yaml", CLEAN)]);
    assert_snapshot!(folder.run(&["a.yaml"]), @"
    exit code: 0
    ----- stdout -----
    Found nothing in 1 file
    ");
    assert_snapshot!(folder.run(&["-q", "a.yaml"]), @"exit code: 0");
}

#[test]
fn concise_and_statistics() {
    let folder = Folder::new(&[("a.yaml", NOTED), ("b.yaml", NOTED)]);
    assert_snapshot!(folder.run(&["--output-format", "concise", "b.yaml", "a.yaml"]), @"
    exit code: 0
    ----- stdout -----
    a.yaml:1:13: information[AX981] `AX984` is not reported here, so there is nothing to suppress
    a.yaml:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    b.yaml:1:13: information[AX981] `AX984` is not reported here, so there is nothing to suppress
    b.yaml:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    Found 2 warnings and 2 notes in 2 files; 2 fixable with --fix, 2 more with --fix --unsafe-fixes
    ");
    assert_snapshot!(folder.run(&["--statistics", "."]), @"
    exit code: 0
    ----- stdout -----
         2  AX981  information  unused-suppression
         2  AX982  warning      unknown-directive
    Found 2 warnings and 2 notes in 2 files; 2 fixable with --fix, 2 more with --fix --unsafe-fixes
    ");
    assert_snapshot!(folder.run(&["--statistics", "--output-format", "json"]), @"
    exit code: 2
    ----- stderr -----
    ai8x-lint: --statistics needs one of the output formats for people, full or concise
    ");
}

#[test]
fn json_is_one_array() {
    let folder = Folder::new(&[("a.yaml", NOTED), ("b.yaml", CLEAN)]);
    let output = folder
        .command(&["--output-format", "json"])
        .output()
        .unwrap();
    let findings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(findings[0]["code"], "AX981");
    assert_eq!(findings[0]["file"], "a.yaml");
    assert_eq!(findings[0]["range"]["start"]["column"], 13);
    assert_eq!(findings[0]["fixes"][0]["applicability"], "safe");
    assert_eq!(findings[1]["code"], "AX982");
    assert_eq!(findings.as_array().unwrap().len(), 2);
    assert_snapshot!(folder.run(&["--output-format", "json", "b.yaml"]), @"
    exit code: 0
    ----- stdout -----
    []
    ");
}

#[test]
fn github_annotates() {
    let folder = Folder::new(&[("a.yaml", NOTED)]);
    assert_snapshot!(folder.run(&["--output-format", "github"]), @"
    exit code: 0
    ----- stdout -----
    ::notice file=a.yaml,line=1,endLine=1,col=13,endColumn=54,title=AX981 unused-suppression::`AX984` is not reported here, so there is nothing to suppress
    ::warning file=a.yaml,line=3,endLine=3,col=14,endColumn=20,title=AX982 unknown-directive::there is no directive `devise`; did you mean `device`?
    ");
}

#[test]
fn yamllint_says_everything_on_standard_output() {
    let folder = Folder::new(&[("a.yaml", NOTED), ("latin1.yaml", "")]);
    folder.write("latin1.yaml", b"arch: a\nlayers: [] # \xfc\n");
    let run = |files: &[&str]| {
        let mut command = folder.command(files);
        show({
            command.env("AI8X_LINT_OUTPUT_FORMAT", "yamllint");
            command
        })
    };
    assert_snapshot!(run(&["-v", "a.yaml"]), @"
    exit code: 0
    ----- stdout -----
      1:13      warning  `AX984` is not reported here, so there is nothing to suppress  (AX981)
      3:14      warning  there is no directive `devise`; did you mean `device`?  (AX982)
    ");
    assert_snapshot!(run(&["latin1.yaml"]), @"
    exit code: 2
    ----- stdout -----
      1:1       error    latin1.yaml: it is not UTF-8: see line 2
    ");
    assert_snapshot!(run(&["absent.yaml"]), @"
    exit code: 2
    ----- stdout -----
      1:1       error    absent.yaml: there is no such file
    ");
}

#[test]
fn colors_are_for_terminals_or_on_demand() {
    let folder = Folder::new(&[("a.yaml", NOTED)]);
    assert!(!folder.run(&["a.yaml"]).contains('\x1b'));
    assert!(
        folder
            .run(&["--color", "always", "a.yaml"])
            .contains('\x1b')
    );
    assert!(!folder.run(&["--color", "never", "a.yaml"]).contains('\x1b'));
}

#[test]
fn the_report_goes_into_a_file() {
    let folder = Folder::new(&[("a.yaml", NOTED)]);
    assert_snapshot!(
        folder.run(&["--output-format", "concise", "--output-file", "out.txt", "a.yaml"]),
        @"
    exit code: 0
    ----- stdout -----
    Found 1 warning and 1 note in 1 file; 1 fixable with --fix, 1 more with --fix --unsafe-fixes
    "
    );
    assert_eq!(folder.read("out.txt").lines().count(), 2);
    assert_snapshot!(folder.run(&["--output-file", "no/out.txt", "a.yaml"]), @"
    exit code: 2
    ----- stderr -----
    ai8x-lint: no/out.txt: No such file or directory (os error 2)
    ");
}

#[test]
fn exit_codes_follow_the_severity() {
    let folder = Folder::new(&[("a.yaml", NOTED), ("b.yaml", "a: 1\n")]);
    let code = |arguments: &[&str]| folder.command(arguments).output().unwrap().status.code();
    assert_eq!(code(&["a.yaml"]), Some(0));
    assert_eq!(code(&["--fail-on", "warning", "a.yaml"]), Some(1));
    assert_eq!(
        code(&["--fail-on", "hint", "--ignore", "AX982", "a.yaml"]),
        Some(1)
    );
    assert_eq!(
        code(&["--fail-on", "hint", "--ignore", "AX98", "a.yaml"]),
        Some(0)
    );
    assert_eq!(code(&["b.yaml"]), Some(1));
    assert_eq!(code(&["--exit-zero", "b.yaml"]), Some(0));
    assert_eq!(code(&["absent.yaml"]), Some(2));
    assert_eq!(code(&["--exit-zero", "absent.yaml"]), Some(2));
    assert_eq!(code(&["--no-such-option"]), Some(2));
    assert_eq!(code(&["--select", "AX77777"]), Some(2));
    assert_eq!(code(&["--help"]), Some(0));
}

#[test]
fn the_least_severity_is_a_choice() {
    let folder = Folder::new(&[("a.yaml", NOTED)]);
    assert_snapshot!(
        folder.run(&["--output-format", "concise", "--min-severity", "warning", "a.yaml"]),
        @"
    exit code: 0
    ----- stdout -----
    a.yaml:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    Found 1 warning in 1 file; 1 fixable with --fix --unsafe-fixes
    "
    );
}

#[test]
fn files_that_cannot_be_linted_keep_nobody_back() {
    let folder = Folder::new(&[
        ("a.yaml", NOTED),
        ("empty.yaml", ""),
        ("list.yaml", "- 1\n"),
    ]);
    folder.write("binary.yaml", b"\x00\x01");
    folder.write("latin1.yaml", b"arch: a\nname: \xfc\n");
    assert_snapshot!(
        folder.run(&[
            "--output-format", "concise", "--select", "AX98",
            "a.yaml", "absent.yaml", "binary.yaml", "empty.yaml", "latin1.yaml", "list.yaml",
        ]),
        @"
    exit code: 2
    ----- stdout -----
    a.yaml:1:13: information[AX981] `AX984` is not reported here, so there is nothing to suppress
    a.yaml:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    empty.yaml:1:1: error[AX984] the file has neither `layers` nor `arch`, so it is no network
    list.yaml:1:1: error[AX984] the file has neither `layers` nor `arch`, so it is no network
    Found 2 errors, 1 warning and 1 note in 3 files; 1 fixable with --fix, 1 more with --fix --unsafe-fixes
    ----- stderr -----
    ai8x-lint: absent.yaml: there is no such file
    ai8x-lint: binary.yaml: it is a binary file, not text
    ai8x-lint: latin1.yaml: it is not UTF-8: see line 2
    "
    );
}

#[test]
fn folders_are_walked_for_networks() {
    let folder = Folder::new(&[
        (".gitignore", "out/\n"),
        ("out/a.yaml", NOTED),
        ("deep/er/b.yml", NOTED),
        ("other.yaml", "name: CI\non: push\n"),
        ("a.yaml", NOTED),
        ("a.txt", NOTED),
    ]);
    folder.write("binary.yaml", b"\x00\x01");
    assert_snapshot!(folder.run(&["--output-format", "concise"]), @"
    exit code: 0
    ----- stdout -----
    a.yaml:1:13: information[AX981] `AX984` is not reported here, so there is nothing to suppress
    a.yaml:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    deep/er/b.yml:1:13: information[AX981] `AX984` is not reported here, so there is nothing to suppress
    deep/er/b.yml:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    Found 2 warnings and 2 notes in 2 files; 2 fixable with --fix, 2 more with --fix --unsafe-fixes
    ");
    assert_snapshot!(folder.run(&["--output-format", "concise", "deep", "out/a.yaml"]), @"
    exit code: 0
    ----- stdout -----
    deep/er/b.yml:1:13: information[AX981] `AX984` is not reported here, so there is nothing to suppress
    deep/er/b.yml:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    out/a.yaml:1:13: information[AX981] `AX984` is not reported here, so there is nothing to suppress
    out/a.yaml:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    Found 2 warnings and 2 notes in 2 files; 2 fixable with --fix, 2 more with --fix --unsafe-fixes
    ");
    let empty = Folder::new(&[("other.yaml", "name: CI\n")]);
    assert_snapshot!(empty.run(&["."]), @"
    exit code: 0
    ----- stdout -----
    Found nothing in 0 files
    ----- stderr -----
    ai8x-lint: no network found
    ");
}

#[test]
fn standard_input_is_a_file() {
    let folder = Folder::new(&[("sub/ai8x-lint.toml", "ignore = [\"AX981\"]\n")]);
    let run = |arguments: &[&str]| {
        let mut command = folder.command(arguments);
        command.write_stdin(NOTED);
        show(command)
    };
    assert_snapshot!(run(&["--output-format", "concise", "-"]), @"
    exit code: 0
    ----- stdout -----
    <stdin>:1:13: information[AX981] `AX984` is not reported here, so there is nothing to suppress
    <stdin>:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    Found 1 warning and 1 note in 1 file; 1 fixable with --fix, 1 more with --fix --unsafe-fixes
    ");
    assert_snapshot!(
        run(&["--output-format", "concise", "--stdin-filename", "sub/n.yaml", "-"]),
        @"
    exit code: 0
    ----- stdout -----
    sub/n.yaml:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    Found 1 warning in 1 file; 1 fixable with --fix --unsafe-fixes
    "
    );
    assert_snapshot!(run(&["--output-format", "concise", "--fix", "-"]), @"
    exit code: 0
    ----- stdout -----
    arch: tiny
    dataset: demo
    # ai8x-lint: devise=MAX78000

    layers:
      - name: conv
        op: conv2d
        kernel_size: 3x3
        pad: 1
        activate: relu
        data_format: HWC
        processors: 0x0000000000000007
        out_offset: 0x2000
      - name: scores
        op: linear
        flatten: true
        activate: none
        output_width: 32
        processors: 0x000000000000ffff
        out_offset: 0x0000
    ----- stderr -----
    <stdin>:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    Fixed 1 finding
    Found 1 warning in 1 file; 1 fixable with --fix --unsafe-fixes
    ");
}

#[test]
fn the_nearest_configuration_counts() {
    let folder = Folder::new(&[
        ("pyproject.toml", "[tool.ai8x-lint]\nignore = [\"AX981\"]\n"),
        ("a.yaml", NOTED),
        (
            "sub/ai8x-lint.toml",
            "ignore = [\"AX982\"]\nfail-on = \"information\"\n",
        ),
        ("sub/b.yaml", NOTED),
        ("my.toml", "[severity]\nAX98 = \"error\"\n"),
    ]);
    assert_snapshot!(folder.run(&["--output-format", "concise"]), @"
    exit code: 1
    ----- stdout -----
    a.yaml:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    sub/b.yaml:1:13: information[AX981] `AX984` is not reported here, so there is nothing to suppress
    Found 1 warning and 1 note in 2 files; 1 fixable with --fix, 1 more with --fix --unsafe-fixes
    ");
    assert_snapshot!(folder.run(&["--output-format", "concise", "--config", "my.toml", "a.yaml"]), @"
    exit code: 1
    ----- stdout -----
    a.yaml:1:13: error[AX981] `AX984` is not reported here, so there is nothing to suppress
    a.yaml:3:14: error[AX982] there is no directive `devise`; did you mean `device`?
    Found 2 errors in 1 file; 1 fixable with --fix, 1 more with --fix --unsafe-fixes
    ");
    assert_snapshot!(folder.run(&["--output-format", "concise", "--isolated", "sub"]), @"
    exit code: 0
    ----- stdout -----
    sub/b.yaml:1:13: information[AX981] `AX984` is not reported here, so there is nothing to suppress
    sub/b.yaml:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    Found 1 warning and 1 note in 1 file; 1 fixable with --fix, 1 more with --fix --unsafe-fixes
    ");
}

#[test]
fn a_wrong_configuration_is_a_finding() {
    let folder = Folder::new(&[
        (
            "ai8x-lint.toml",
            "device = \"MAX78000\"\n\n[severity]\nAX981 = \"eror\"\n",
        ),
        ("a.yaml", CLEAN),
    ]);
    assert_snapshot!(folder.run(&["a.yaml"]), @r#"
    exit code: 1
    ----- stdout -----
    error[AX983]: there is no value `eror`; did you mean `error`?
      ┌─ ai8x-lint.toml:4:9
      │
    4 │ AX981 = "eror"
      │         ^^^^^^

    Found 1 error in 1 file
    "#);
    assert_snapshot!(folder.run(&["--config", "ai8x-lint.toml", "a.yaml"]), @"
    exit code: 2
    ----- stderr -----
    ai8x-lint: ai8x-lint.toml:4:9: error[AX983] there is no value `eror`; did you mean `error`?
    ");
    assert_snapshot!(folder.run(&["--config", "absent.toml", "a.yaml"]), @"
    exit code: 2
    ----- stderr -----
    ai8x-lint: absent.toml:1:1: error[AX983] the file cannot be read: there is no such file
    ");
}

#[test]
fn a_wrong_sidecar_is_a_finding() {
    let folder = Folder::new(&[
        ("a.yaml", CLEAN),
        (
            "a.shapes.json",
            "{\n  \"input\": [4, 8, 8],\n  \"weight\": []\n}\n",
        ),
    ]);
    assert_snapshot!(folder.run(&["a.yaml"]), @r#"
    exit code: 1
    ----- stdout -----
    error[AX983]: there is no key `weight`; did you mean `weights`?
      ┌─ a.shapes.json:3:3
      │
    3 │   "weight": []
      │   ^^^^^^^^

    Found 1 error in 1 file
    "#);
    assert_snapshot!(folder.run(&["--shapes", "a.shapes.json", "a.yaml"]), @"
    exit code: 2
    ----- stderr -----
    ai8x-lint: a.shapes.json:3:3: error[AX983] there is no key `weight`; did you mean `weights`?
    ");
    assert_snapshot!(folder.run(&["--shapes", "absent.json", "a.yaml"]), @"
    exit code: 2
    ----- stderr -----
    ai8x-lint: absent.json:1:1: error[AX983] the file cannot be read: there is no such file
    ");
}

#[test]
fn assumptions_are_said_on_demand() {
    let folder = Folder::new(&[
        ("a.yaml", &CLEAN.replace("tiny", "ai85tiny")),
        (
            "b.yaml",
            &format!("{CLEAN}# ai8x-lint: device=ai87 flags=\"--no-kat\" shapes=s.json\n"),
        ),
        ("s.json", SHAPES),
    ]);
    assert_snapshot!(folder.run(&["-v", "."]), @"
    exit code: 0
    ----- stdout -----
    Found nothing in 2 files
    ----- stderr -----
    ai8x-lint: a.yaml: device MAX78000 (beginning of `arch`); izer-flags unknown; shapes unknown; checkpoint unknown; input unknown
    ai8x-lint: b.yaml: device MAX78002 (comment in line 20); izer-flags --no-kat (comment in line 20); shapes s.json (comment in line 20): input 3x2x2 and 2 weighted layers; checkpoint unknown; input as the shapes file says
    ");
    assert_snapshot!(
        folder.run(&["-v", "--device", "MAX78000", "--izer-flags", "--softmax", "--shapes", "s.json", "b.yaml"]),
        @"
    exit code: 0
    ----- stdout -----
    Found nothing in 1 file
    ----- stderr -----
    ai8x-lint: b.yaml: device MAX78000 (command line); izer-flags --softmax (command line); shapes s.json (command line): input 3x2x2 and 2 weighted layers; checkpoint unknown; input as the shapes file says
    "
    );
    assert_snapshot!(folder.run(&["--device", "MAX78003", "b.yaml"]), @"
    exit code: 2
    ----- stderr -----
    error: invalid value 'MAX78003' for '--device <DEVICE>': it is MAX78000, MAX78002 or both

    For more information, try '--help'.
    ");
}

#[test]
fn a_device_that_only_the_name_suggests_is_a_warning() {
    let text = CLEAN
        .replace("tiny", "ai85tiny")
        .replace("pad: 1\n", "pad: 1\n    calcx4: true\n");
    let folder = Folder::new(&[("a.yaml", &text)]);
    assert_snapshot!(folder.run(&["a.yaml"]), @"
    exit code: 0
    ----- stdout -----
    warning[AX702]: the MAX78000 has no `calcx4`; the MAX78002 has it
      ┌─ a.yaml:9:5
      │
    9 │     calcx4: true
      │     ^^^^^^^^^^^^ layer 0
      │
      = this is about the MAX78000, which the name `ai85…` suggests, and not about the MAX78002; `--device` or a comment `# ai8x-lint: device=…` says which it is
      = fix (--fix --unsafe-fixes): Delete `calcx4`
        -     calcx4: true

    Found 1 warning in 1 file; 1 fixable with --fix --unsafe-fixes
    ");
    assert_snapshot!(folder.run(&["--output-format", "concise", "--device", "MAX78000"]), @"
    exit code: 1
    ----- stdout -----
    a.yaml:9:5: error[AX702] the MAX78000 has no `calcx4`; the MAX78002 has it
    Found 1 error in 1 file; 1 fixable with --fix --unsafe-fixes
    ");
    assert_snapshot!(folder.run(&["--output-format", "concise", "--device", "MAX78002"]), @"
    exit code: 0
    ----- stdout -----
    Found nothing in 1 file
    ");
}

#[test]
fn suppressions_act_where_they_stand() {
    let folder = Folder::new(&[(
        "a.yaml",
        &NOTED.replace(
            "# ai8x-lint: devise",
            "# ai8x-lint: ignore-file[unused-suppression]\n# ai8x-lint: devise",
        ),
    )]);
    assert_snapshot!(folder.run(&["--output-format", "concise", "a.yaml"]), @"
    exit code: 0
    ----- stdout -----
    a.yaml:4:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    Found 1 warning in 1 file; 1 fixable with --fix --unsafe-fixes
    ");
}

#[test]
fn fixes_are_shown_applied_and_nothing_else_changes() {
    let text = format!("\u{feff}{NOTED}# ü\n").replace('\n', "\r\n");
    let folder = Folder::new(&[("a.yaml", &text), ("b.yaml", CLEAN)]);
    assert_snapshot!(folder.run(&["--diff", "."]), @"
    exit code: 1
    ----- stdout -----
    --- a.yaml
    +++ a.yaml
    @@ -1,4 +1,4 @@
    -﻿arch: tiny  # ai8x-lint: ignore[AX984] no longer true
    +﻿arch: tiny
     dataset: demo
     # ai8x-lint: devise=MAX78000
    ");
    assert_eq!(folder.read("a.yaml"), text);

    assert_snapshot!(folder.run(&["--output-format", "concise", "--fix", "."]), @"
    exit code: 0
    ----- stdout -----
    a.yaml:3:14: warning[AX982] there is no directive `devise`; did you mean `device`?
    Fixed 1 finding
    Found 1 warning in 1 file; 1 fixable with --fix --unsafe-fixes
    ");
    let safe = text.replace("  # ai8x-lint: ignore[AX984] no longer true", "");
    assert_eq!(folder.read("a.yaml"), safe);
    assert_eq!(folder.read("b.yaml"), CLEAN);

    assert_snapshot!(folder.run(&["--output-format", "concise", "--fix", "--unsafe-fixes", "."]), @"
    exit code: 0
    ----- stdout -----
    Fixed 1 finding
    Found nothing in 2 files
    ");
    assert_eq!(folder.read("a.yaml"), safe.replace("devise", "device"));
    assert_snapshot!(folder.run(&["--diff", "--unsafe-fixes", "."]), @"exit code: 0");
    assert_snapshot!(last_line(&folder.run(&["--unsafe-fixes", "."])), @"For more information, try '--help'.");
}

/// A network with a misspelt key, a key given twice, and a mask with a bit too few.
const FAULTY: &str = "\
arch: tiny
dataset: demo

layers:
  - name: conv
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activaton: relu
    data_format: HWC
    processors: 0x0000000000000007
    out_offset: 0x2000
  - name: scores
    op: linear
    flatten: true
    activate: none
    output_width: 32
    processors: 0x0000000000007fff
    out_offset: 0x0000
    flatten: true
";

#[test]
fn faults_are_shown_with_layers_related_places_and_fixes() {
    let folder = Folder::new(&[("a.yaml", FAULTY), ("a.shapes.json", SHAPES)]);
    assert_snapshot!(folder.run(&["a.yaml"]), @"
    exit code: 1
    ----- stdout -----
    error[AX006]: unknown key `activaton` in a layer; did you mean `activation`?
      ┌─ a.yaml:9:5
      │
    9 │     activaton: relu
      │     ^^^^^^^^^ layer 0
      │
      = fix (--fix): Rename to `activation`
        -     activaton: relu
        +     activation: relu

    error[AX203]: layer 0 (`conv`) needs 16 processors for 16 output channels, but `processors` of layer 1 (`scores`), which takes them, has 15 bits set
       ┌─ a.yaml:18:17
       │
     5 │   - name: conv
       │   ------ the layer that writes these channels
       ·
    18 │     processors: 0x0000000000007fff
       │                 ^^^^^^^^^^^^^^^^^^ layer 1
       │
       = fix (--fix --unsafe-fixes): Set `processors` of layer 1 (`scores`) to 0x000000000000ffff
         -     processors: 0x0000000000007fff
         +     processors: 0x000000000000ffff

    error[AX002]: `flatten` is given twice in one mapping
       ┌─ a.yaml:20:5
       │
    15 │     flatten: true
       │     ------- first given here
       ·
    20 │     flatten: true
       │     ^^^^^^^ layer 1
       │
       = fix (--fix): Delete `flatten: true`
         -     flatten: true

    Found 3 errors in 1 file; 2 fixable with --fix, 1 more with --fix --unsafe-fixes
    ");
    assert_snapshot!(folder.run(&["--select", "AX006,duplicate-key", "--output-format", "concise"]), @"
    exit code: 1
    ----- stdout -----
    a.yaml:9:5: error[AX006] unknown key `activaton` in a layer; did you mean `activation`?
    a.yaml:20:5: error[AX002] `flatten` is given twice in one mapping
    Found 2 errors in 1 file; 2 fixable with --fix
    ");
    assert_snapshot!(folder.run(&["--ignore", "AX0,AX2", "--output-format", "concise"]), @"
    exit code: 0
    ----- stdout -----
    Found nothing in 1 file
    ");
}

#[test]
fn a_suppression_at_the_dash_is_for_the_layer() {
    let suppressed = FAULTY
        .replace("name: conv", "name: conv  # ai8x-lint: ignore[AX006] soon")
        .replace(
            "  - name: scores",
            "  # ai8x-lint: ignore[duplicate-key, AX2]\n  - name: scores",
        );
    let folder = Folder::new(&[("a.yaml", &suppressed), ("a.shapes.json", SHAPES)]);
    assert_snapshot!(folder.run(&["--output-format", "concise"]), @"
    exit code: 0
    ----- stdout -----
    Found nothing in 1 file
    ");
}

#[test]
fn fixes_of_rules_round_trip() {
    let folder = Folder::new(&[("a.yaml", FAULTY), ("a.shapes.json", SHAPES)]);
    assert_snapshot!(folder.run(&["--diff", "--unsafe-fixes"]), @"
    exit code: 1
    ----- stdout -----
    --- a.yaml
    +++ a.yaml
    @@ -6,7 +6,7 @@
         op: conv2d
         kernel_size: 3x3
         pad: 1
    -    activaton: relu
    +    activation: relu
         data_format: HWC
         processors: 0x0000000000000007
         out_offset: 0x2000
    @@ -15,6 +15,5 @@
         flatten: true
         activate: none
         output_width: 32
    -    processors: 0x0000000000007fff
    +    processors: 0x000000000000ffff
         out_offset: 0x0000
    -    flatten: true
    ");
    assert_snapshot!(folder.run(&["--fix", "--output-format", "concise"]), @"
    exit code: 1
    ----- stdout -----
    a.yaml:18:17: error[AX203] layer 0 (`conv`) needs 16 processors for 16 output channels, but `processors` of layer 1 (`scores`), which takes them, has 15 bits set
    Fixed 2 findings
    Found 1 error in 1 file; 1 fixable with --fix --unsafe-fixes
    ");
    assert_snapshot!(folder.run(&["--fix", "--unsafe-fixes", "--output-format", "concise"]), @"
    exit code: 0
    ----- stdout -----
    Fixed 1 finding
    Found nothing in 1 file
    ");
}

#[test]
fn broken_text_is_linted_as_far_as_it_can_be_read() {
    let broken = CLEAN
        .replace("pad: 1", "pad: [1")
        .replace("activate: none", "activate: sigmoid");
    let folder = Folder::new(&[("a.yaml", &broken)]);
    assert_snapshot!(folder.run(&["--output-format", "concise", "."]), @"
    exit code: 1
    ----- stdout -----
    a.yaml:8:10: error[AX001] this `[` is not closed with `]`
    a.yaml:16:15: error[AX014] `sigmoid` is no value of `activate`
    Found 2 errors in 1 file
    ");
}

#[test]
fn rules_and_keys_are_explained() {
    let folder = Folder::new(&[]);
    assert_snapshot!(folder.run(&["explain", "AX984"]), @"
    exit code: 0
    ----- stdout -----
    AX984 not-a-network

    The file is no network.

    - Severity: error
    - Fix: no

    The file was named on the command line, but its top level has neither `layers`
    nor `arch`, so it describes no network for the MAX78000 or MAX78002. Files that
    are found in a folder are passed over in that case; a file that is named is not.
    This finding cannot be switched off.
    ");
    assert_eq!(
        folder.run(&["explain", "not-a-network"]),
        folder.run(&["explain", "ax984"])
    );
    assert_snapshot!(folder.run(&["explain", "in_skip"]), @"
    exit code: 0
    ----- stdout -----
    read_gap

    - Value: a whole number, at least 0
    - Default: 0
    - Also: `in_skip`
    - MAX78002 only

    Words to skip between reads. MAX78002 only, and only with one input pass (up to
    64 channels). For a single source it equals the producer's `write_gap`.
    ");
    assert_snapshot!(folder.run(&["explain", "AX98"]), @"
    exit code: 0
    ----- stdout -----
    - AX981 unused-suppression: a suppression comment suppresses nothing
    - AX982 unknown-directive: a comment addresses this tool, but cannot be read
    - AX983 configuration: a configuration or shapes file is wrong
    - AX984 not-a-network: the file is no network
    - AX989 internal-error: a part of the tool failed on this file
    ");
    assert_snapshot!(folder.run(&["explain", "out_ofset"]), @"
    exit code: 2
    ----- stderr -----
    ai8x-lint: there is no rule and no key `out_ofset`; did you mean `out_offset`?
    ");
    let all = folder.run(&["explain", "--all"]);
    assert!(all.contains("AX989 internal-error") && all.contains("data_buffer.processors"));
}

#[test]
fn schemas_are_printed() {
    let folder = Folder::new(&[]);
    for (name, file) in [
        ("network", "ai8x-network"),
        ("config", "ai8x-lint"),
        ("output", "ai8x-lint-output"),
        ("shapes", "shapes"),
    ] {
        let output = folder.command(&["schema", name]).output().unwrap();
        let committed = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("schemas")
            .join(format!("{file}.schema.json"));
        assert_eq!(output.stdout, fs::read(committed).unwrap());
    }
}

#[test]
fn devices_stand_side_by_side() {
    let printed = Folder::new(&[]).run(&["devices"]);
    assert!(
        printed.contains("layers                                            32       128\n"),
        "{printed}"
    );
    assert!(
        printed.contains("bytes of an instance                          0x8000   0x14000\n"),
        "{printed}"
    );
}

#[test]
fn what_is_in_force_is_printed() {
    let folder = Folder::new(&[
        ("a.yaml", CLEAN),
        ("a.shapes.json", SHAPES),
        (
            "ai8x-lint.toml",
            "device = \"MAX78002\"\nizer-flags = \"--fifo\"\nselect = [\"AX\"]\nignore = [\"AX981\"]\n\
             exclude = [\"a.yaml\"]\nfail-on = \"warning\"\n[severity]\nAX98 = \"hint\"\n\
             [per-file-ignores]\n\"*.yaml\" = [\"AX982\"]\n",
        ),
        ("broken/ai8x-lint.toml", "device = 1\n"),
        ("broken/a.yaml", CLEAN),
    ]);
    assert_snapshot!(folder.run(&["config", "a.yaml"]), @"
    exit code: 0
    ----- stdout -----
    configuration     ai8x-lint.toml
    device            MAX78002 (ai8x-lint.toml)
    izer-flags        --fifo (ai8x-lint.toml)
    shapes            a.shapes.json (has the network's name): input 3x2x2 and 2 weighted layers
    checkpoint        unknown
    input             as the shapes file says
    model             unknown
    training          unknown
    select            AX
    extend-select     none
    ignore            AX981
    per-file-ignores  AX982
    severity          AX98 hint
    exclude           this file, when it is found in a folder
    min-severity      hint (default)
    fail-on           warning
    ");
    assert_snapshot!(folder.run(&["config", "--device", "both", "a.yaml"]), @"
    exit code: 0
    ----- stdout -----
    configuration     ai8x-lint.toml
    device            either (command line)
    izer-flags        --fifo (ai8x-lint.toml)
    shapes            a.shapes.json (has the network's name): input 3x2x2 and 2 weighted layers
    checkpoint        unknown
    input             as the shapes file says
    model             unknown
    training          unknown
    select            AX
    extend-select     none
    ignore            AX981
    per-file-ignores  AX982
    severity          AX98 hint
    exclude           this file, when it is found in a folder
    min-severity      hint (default)
    fail-on           warning
    ");
    assert_snapshot!(folder.run(&["config", "broken/a.yaml"]), @"
    exit code: 2
    ----- stderr -----
    ai8x-lint: broken/ai8x-lint.toml:1:10: error[AX983] invalid type: integer `1`, expected a string
    ");
    assert_snapshot!(folder.run(&["config", "absent.yaml"]), @"
    exit code: 2
    ----- stderr -----
    ai8x-lint: absent.yaml: there is no such file
    ");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let folder = Folder::new(&[("a.yaml", NOTED)]);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("ai8x-lint"))
        .args(["explain", "--all"])
        .current_dir(folder.0.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
