//! `ai8x-lint map` from outside: the drawing, the tables, JSON and its schema, and what it refuses.

mod support;

use std::path::Path;

use ai8x_lint::analysis::Analysis;
use ai8x_lint::device::DeviceId;
use ai8x_lint::facts::{Facts, parse_flags};
use ai8x_lint::map::{MemoryMap, json_schema};
use ai8x_lint::{network, yaml};
use assert_cmd::Command;
use insta::assert_snapshot;
use serde_json::Value;

/// Two layers; the second writes over what the first one's reader still needs.
const CLASH: &str = "\
arch: clash
dataset: demo

layers:
  - name: stem
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    in_dim: [16, 16]
    processors: 0x0000000000000007
    output_processors: 0x000000000000ffff
    out_offset: 0x2000
  - name: body
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_offset: 0x2200
  - name: head
    op: conv2d
    kernel_size: 1x1
    pad: 0
    activate: none
    processors: 0x000000000000ffff
    output_processors: 0x000000000000000f
    out_offset: 0x0000
";

struct Printed {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Runs the binary in a folder.
fn run_in(folder: &Path, arguments: &[&str]) -> Printed {
    let output = Command::cargo_bin("ai8x-lint")
        .unwrap()
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    Printed {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the binary beside the examples.
fn run(arguments: &[&str]) -> Printed {
    run_in(&support::package_path("examples"), arguments)
}

fn drawn(arguments: &[&str]) -> String {
    let printed = run(arguments);
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    printed.stdout
}

fn parsed(arguments: &[&str]) -> Value {
    serde_json::from_str(&drawn(arguments)).unwrap()
}

fn of_clash(arguments: &[&str]) -> Printed {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("clash.yaml"), CLASH).unwrap();
    run_in(folder.path(), arguments)
}

#[test]
fn operands_are_drawn_word_by_word() {
    assert_snapshot!(drawn(&["map", "residual.yaml", "--layer", "join"]), @r"
    layer 4  add + Conv2d 3x3   2 x 20x32x32 -> 20x32x32      data 50 %  kernels 3 %
          0 1 2 3   4 5 6 7   8 9 a b   c d e f
    4000  . . . .   . . . .   . . . .   . . . .   x  reads 2000-3fff
    3000  x x x x   x . . .   . . . .   . . . .      of layer 2 and layer 3,
    2000  x x x x   x . . .   . . . .   . . . .      alternate words
    1000  . . . .   . . . .   . . . .   . . . .   W  writes 0000-0fff
    0000  W W W W   W . . .   . . . .   . . . .      held layer 1 until layer 3
                                                     free 1000-1fff, 4000-7fff
                                                     everywhere

    budget of the MAX78000
      data memory      16384 of  32768 bytes   50 %, instance 0
      kernel memory      164 of    768 rows    22 %, processor 0
      bias memory         56 of    512 bytes   11 %, quadrant 1
      latency          99046 cycles, an estimate
    ");
}

#[test]
fn the_whole_run_ends_with_tables() {
    let all = drawn(&["map", "digits.yaml"]);
    let tables = all.find("layer        ").unwrap();
    assert_snapshot!(&all[tables..], @r"
    layer                  MACs    reads   writes  weights  rows  bias    cycles
      0 conv1            112896      784    12544      144    16    16     14460
      1 conv2            903168    12544     6272     4608    32    32      7432
      2 conv3            903168     6272     3136    18432    64    64      3477
      3 conv4             82944     3136      144     9216    16    16       237
      4 scores             1440      144       40     1440    10    10       108
    total               2003616                      33840                 25715

    budget of the MAX78000
      data memory      11328 of  32768 bytes   35 %, instance 0
      kernel memory      138 of    768 rows    18 %, processor 0
      bias memory         64 of    512 bytes   13 %, quadrant 1
      latency          25715 cycles, an estimate
    ");
}

#[test]
fn a_drawing_is_80_columns_and_10_rows_at_most() {
    for example in ["concat", "depthwise", "digits", "keywords", "residual"] {
        for device in ["MAX78000", "MAX78002"] {
            let file = format!("{example}.yaml");
            let printed = run(&["map", &file, "--device", device]);
            assert_eq!(printed.code, 0, "{example}");
            for block in printed.stdout.split("\n\n") {
                let lines: Vec<&str> = block.lines().collect();
                assert!(
                    lines.iter().all(|line| line.chars().count() <= 80),
                    "{example}: {block}"
                );
                assert!(
                    lines.len() <= 10 || !lines[1].starts_with("      0 1"),
                    "{example}: {block}"
                );
            }
        }
    }
}

#[test]
fn what_is_overwritten_is_marked() {
    let printed = of_clash(&[
        "map",
        "clash.yaml",
        "--device",
        "MAX78000",
        "--layer",
        "body",
    ]);
    assert_eq!(printed.code, 0);
    assert_snapshot!(printed.stderr, @"ai8x-lint: clash.yaml: 1 error; `ai8x-lint check` says more, and what depends on a fault is missing here");
    assert_snapshot!(printed.stdout, @r"
    layer 1 body  Conv2d 3x3   16x16x16 -> 16x16x16           data 30 %  kernels 3 %
          0 1 2 3   4 5 6 7   8 9 a b   c d e f
    3000  . . . .   . . . .   . . . .   . . . .   r  reads 2000-23ff
    2000  # W W W   . . . .   . . . .   . . . .      of layer 0
    0000  . . . .   . . . .   . . . .   . . . .   W  writes 2200-25ff
                                                     over layer 0, which it reads
                                                  #  overwritten: 2200, instance 0
                                                     free 0000-1fff, 2600-7fff
                                                     everywhere

    budget of the MAX78000
      data memory       9728 of  32768 bytes   30 %, instance 0
      kernel memory       33 of    768 rows     5 %, processor 0
      bias memory    unknown
      latency          11161 cycles, an estimate
    ");
}

#[test]
fn json_is_as_its_schema_says() {
    let schema = serde_json::to_value(json_schema()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).expect("the schema is no valid schema");
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for example in ["concat", "depthwise", "digits", "keywords", "residual"] {
        let maps = parsed(&["map", &format!("{example}.yaml"), "--format", "json"]);
        assert!(validator.is_valid(&maps), "{example}");
    }
    let mut maps = parsed(&["map", "digits.yaml", "--format", "json"]);
    maps[0]["budget"]["cycles"] = "many".into();
    assert!(!validator.is_valid(&maps));
}

#[test]
fn json_says_what_the_drawing_says() {
    let maps = parsed(&["map", "residual.yaml", "--format", "json", "--layer", "4"]);
    assert_eq!(maps.as_array().unwrap().len(), 1);
    let map = &maps[0];
    assert_eq!(map["device"], "MAX78000");
    assert_eq!(map["steps"].as_array().unwrap().len(), 1);
    let step = &map["steps"][0];
    assert_eq!(step["name"], "join");
    assert_eq!(step["cost"]["cycles"], 25_236);
    assert_eq!(step["replaces"]["layer"], 1);
    assert_eq!(step["replaces"]["last_read_by"], 3);
    let budget = &map["budget"];
    assert_eq!(budget["cycles"], 99_046);
    assert_eq!(budget["data_memory"]["parts"].as_array().unwrap().len(), 16);
    assert_eq!(budget["data_memory"]["parts"][0]["percent"], 50);
    assert_eq!(
        budget["kernel_memory"]["parts"].as_array().unwrap().len(),
        64
    );
    assert_eq!(budget["bias_memory"]["parts"].as_array().unwrap().len(), 4);
    assert_eq!(budget["bias_memory"]["complete"], true);
}

#[test]
fn each_chip_has_a_map_where_the_chip_is_not_known() {
    let both = parsed(&["map", "digits.yaml", "--format", "json", "--device", "both"]);
    let devices: Vec<&Value> = both
        .as_array()
        .unwrap()
        .iter()
        .map(|map| &map["device"])
        .collect();
    assert_eq!(devices, ["MAX78000", "MAX78002"]);
    let printed = of_clash(&["map", "clash.yaml"]);
    let budgets: Vec<&str> = printed
        .stdout
        .lines()
        .filter(|line| line.starts_with("budget"))
        .collect();
    assert_eq!(
        budgets,
        ["budget of the MAX78000", "budget of the MAX78002"]
    );
}

#[test]
fn facts_come_from_where_check_takes_them() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("clash.yaml", CLASH);
    write("ai8x-lint.toml", "device = \"MAX78002\"\n");
    let device = |arguments: &[&str]| {
        let all = [&["map", "clash.yaml", "--format", "json"], arguments].concat();
        let maps: Value = serde_json::from_str(&run_in(folder.path(), &all).stdout).unwrap();
        maps[0]["device"].as_str().unwrap().to_owned()
    };
    assert_eq!(device(&[]), "MAX78002");
    assert_eq!(device(&["--device", "ai85"]), "MAX78000");
    let bias = || {
        let all = ["map", "clash.yaml", "--format", "json"];
        let maps: Value = serde_json::from_str(&run_in(folder.path(), &all).stdout).unwrap();
        maps[0]["budget"]["bias_memory"]["complete"]
            .as_bool()
            .unwrap()
    };
    assert!(!bias());
    write(
        "clash.shapes.json",
        r#"{"input": [3, 16, 16], "weights": [
            {"in": 3, "out": 16, "kernel": [3, 3], "bias": true},
            {"in": 16, "out": 16, "kernel": [3, 3], "bias": true},
            {"in": 16, "out": 4, "kernel": [1, 1], "bias": false}]}"#,
    );
    assert!(bias());
}

/// Networks of the table below that it draws with other channels than the corpus has.
const OTHER_FACTS: [&str; 3] = ["ai87-kws20-v2-hwc", "benchmark", "cats-dogs-chw"];

/// The fullest instance of each of the vendor's networks, streaming ones included.
#[test]
fn peaks_are_those_that_were_measured() {
    let Some(shared) = support::shared() else {
        return;
    };
    let read = |name: &str| std::fs::read_to_string(shared.join(name)).unwrap();
    let rows: Vec<Value> = read("corpus/verdicts.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let table = read("golden/allocator/networks.csv");
    let mut lines = table.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    let peak = head.iter().position(|name| *name == "hand_peak").unwrap();
    let (mut compared, mut wrong) = (0, Vec::new());
    for line in lines {
        // One column of text in quotes has commas of its own.
        let mut quoted = false;
        let cells: Vec<&str> = line
            .split(|c| {
                quoted ^= c == '"';
                c == ',' && !quoted
            })
            .collect();
        let (name, device) = (cells[0], cells[1]);
        let file = format!("vendor/networks/{name}.yaml");
        let row = rows.iter().find(|row| {
            row["file"] == *file && row["device"] == *device && !row["facts"].is_null()
        });
        let Some(row) = row.filter(|_| !OTHER_FACTS.contains(&name)) else {
            continue;
        };
        let text = read(&format!("corpus/{file}"));
        let words = row["flags"].as_array().unwrap().iter();
        let device = DeviceId::parse(device).unwrap();
        let facts = Facts {
            device: Some(device),
            flags: Some(parse_flags(words.filter_map(Value::as_str)).unwrap()),
            ..support::shapes_facts(&row["facts"].to_string()).unwrap()
        };
        let network = network::lower(&yaml::parse(&text), &text);
        let analysis = Analysis::new(&network, device.table(), &facts);
        let map = MemoryMap::new(&network, device.table(), &analysis);
        let (_, fullest) = map.budget.data_memory.fullest().unwrap();
        compared += 1;
        if fullest.used.to_string() != cells[peak] {
            wrong.push(format!("{name}: {}, not {}", fullest.used, cells[peak]));
        }
    }
    assert!(compared >= 45, "only {compared} networks");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn what_would_help_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let text = CLASH
        .replace("    in_dim: [16, 16]\n", "")
        .replace("0x2200", "0x4000");
    std::fs::write(folder.path().join("a.yaml"), text).unwrap();
    let printed = run_in(folder.path(), &["map", "a.yaml", "--device", "MAX78000"]);
    assert_eq!(printed.code, 0);
    assert_snapshot!(printed.stderr, @"ai8x-lint: a.yaml: what the network's input looks like is not known, so little else is; a file NAME.shapes.json beside NAME.yaml, or `--shapes`, says it");
    assert_snapshot!(printed.stdout, @r"
    layer 0 stem  Conv2d 3x3   ? -> ?                      data unknown  kernels 3 %
          0 1 2 3   4 5 6 7   8 9 a b   c d e f
    0000  . . . .   . . . .   . . . .   . . . .   ?  a part is unknown or wrong

    layer 1 body  Conv2d 3x3   ? -> ?                      data unknown  kernels 3 %
          0 1 2 3   4 5 6 7   8 9 a b   c d e f
    0000  . . . .   . . . .   . . . .   . . . .   ?  a part is unknown or wrong

    layer 2 head  Conv2d 1x1   ? -> ?                      data unknown  kernels 1 %
          0 1 2 3   4 5 6 7   8 9 a b   c d e f
    0000  . . . .   . . . .   . . . .   . . . .   ?  a part is unknown or wrong

    layer                  MACs    reads   writes  weights  rows  bias    cycles
      0 stem                  ?        ?        ?      432    16     ?         ?
      1 body                  ?        ?        ?     2304    16     ?         ?
      2 head                  ?        ?        ?       64     1     ?         ?
    total                     ?                       2800                     ?

    budget of the MAX78000
      data memory    unknown
      kernel memory       33 of    768 rows     5 %, processor 0
      bias memory    unknown
      latency        unknown
    ");
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let refused = |arguments: &[&str]| {
        let printed = run(arguments);
        assert_eq!((printed.code, printed.stdout.as_str()), (2, ""));
        printed.stderr
    };
    assert_snapshot!(refused(&["map", "residual.yaml", "--layer", "7"]), @"ai8x-lint: there is no layer `7`; the layers are 0 to 6, or go by their names");
    assert_snapshot!(refused(&["map", "residual.yaml", "--layer", "tail"]), @"ai8x-lint: there is no layer `tail`; the layers are 0 to 6, or go by their names");
    assert_snapshot!(refused(&["map", "residual.shapes.json"]), @"ai8x-lint: residual.shapes.json: it has neither `layers` nor `arch`, so it is no network");
    assert_snapshot!(refused(&["map", "absent.yaml"]), @"ai8x-lint: absent.yaml: there is no such file");
}
