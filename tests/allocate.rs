//! The vendor's networks get new offsets, and new masks where theirs are taken away: no rule has more to
//! say of the result than before, the peak is never above the hand-written one, and a second time
//! nothing changes.

mod support;

use ai8x_lint::allocate::Objective;
use ai8x_lint::diagnostic::Finding;
use ai8x_lint::facts::parse_flags;
use ai8x_lint::workspace::{Choices, Config, Overrides, SourceFile, allocate, lint_once};
use support::networks::{stripped, vendor_networks};

#[test]
fn the_vendors_networks_get_new_offsets() {
    let Some(shared) = support::shared() else {
        return;
    };
    let (mut placed, mut at_bound, mut ratios) = (0, 0, Vec::new());
    let networks = vendor_networks(&shared);
    let mut wrong = Vec::new();
    for (file, overrides) in &networks {
        let name = file.path.file_name().expect("a name").to_string_lossy();
        let allocated = match allocate(file, &Config::default(), overrides, &Choices::default()) {
            Ok(allocated) => allocated,
            Err(reason) => {
                wrong.push(format!("{name}: {reason}"));
                continue;
            }
        };
        let (before, after) = (allocated.before.expect("a peak"), allocated.after);
        println!(
            "{name:50} {before:#7x} -> {after:#7x}  bound {:#x}",
            allocated.bound
        );
        placed += 1;
        at_bound += usize::from(after == allocated.bound);
        ratios.push(after as f64 / before as f64);
        if after > before {
            wrong.push(format!("{name}: {after:#x} is above {before:#x}"));
        }
        let again = file.with_text(allocated.text.clone());
        match allocate(&again, &Config::default(), overrides, &Choices::default()) {
            Ok(again) if again.edits.is_empty() => {}
            other => wrong.push(format!("{name}: a second time changes {other:?}")),
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "{placed} of {} placed, {at_bound} at the bound, median {:.2} of the hand-written peak",
        networks.len(),
        ratios[ratios.len() / 2]
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(placed, networks.len());
    assert!(at_bound >= 48, "{at_bound} at the bound");
}

/// One network fits only where layers may write over what they read; without that there is a proof.
#[test]
fn what_cannot_fit_is_refused_by_counting() {
    let Some(shared) = support::shared() else {
        return;
    };
    let networks = vendor_networks(&shared);
    let kinetics = networks
        .iter()
        .find(|(file, _)| file.name.contains("kinetics"));
    let (file, overrides) = kinetics.expect("the network");
    let mut strict = overrides.clone();
    strict.flags = Some((String::new(), parse_flags([]).expect("no flags")));
    let refused =
        allocate(file, &Config::default(), &strict, &Choices::default()).expect_err("no room");
    insta::assert_snapshot!(refused, @"layer 0 at its time: instance 8 needs 0xa8fc bytes, has 0x8000: the network's input 0x7080, output of layer 0 0x3840, the data buffer 0x003c");
    let allowed = allocate(file, &Config::default(), overrides, &Choices::default());
    assert!(allowed.is_ok(), "{allowed:?}");
}

/// The same bytes each time, and comments and keys that say nothing about memory change nothing.
#[test]
fn the_same_network_gets_the_same_offsets() {
    let Some(shared) = support::shared() else {
        return;
    };
    let networks = vendor_networks(&shared);
    for part in ["faceid.yaml", "unet-large.yaml", "svhn"] {
        let found = networks.iter().find(|(file, _)| file.name.contains(part));
        let (file, overrides) = found.expect("the network");
        let of = |text: &str| {
            let file = file.with_text(text.to_owned());
            allocate(&file, &Config::default(), overrides, &Choices::default()).expect("offsets")
        };
        let first = of(&file.text);
        for _ in 0..RUNS {
            assert_eq!(of(&file.text).text, first.text, "{part}");
        }
        // Neither a remark at the top nor at the end, nor another name.
        let other = format!(
            "# A remark\n{}\n# The end\n",
            file.text.replace("arch: ", "arch: x")
        );
        assert_eq!(of(&other).moved, first.moved, "{part}");
    }
}

/// How often each of three networks gets its offsets once more.
const RUNS: usize = 34;

/// Masks and offsets are taken away, and chosen anew.
#[test]
fn the_vendors_networks_get_masks() {
    let Some(shared) = support::shared() else {
        return;
    };
    let networks = vendor_networks(&shared);
    let (mut placed, mut at_bound, mut ratios) = (0, 0, Vec::new());
    let mut wrong = Vec::new();
    for (file, overrides) in &networks {
        let name = file.path.file_name().expect("a name").to_string_lossy();
        let by_hand = allocate(file, &Config::default(), overrides, &Choices::default());
        let hand = by_hand.ok().and_then(|allocated| allocated.before);
        let bare = file.with_text(stripped(&file.text));
        let started = std::time::Instant::now();
        let allocated = match allocate(&bare, &Config::default(), overrides, &Choices::default()) {
            Ok(allocated) => allocated,
            Err(reason) => {
                println!("{name:44} {reason}");
                continue;
            }
        };
        let took = started.elapsed().as_millis();
        let after = allocated.after;
        let fullest = |rows: &[[i64; 2]]| {
            rows.iter()
                .map(|[used, all]| used * 100 / all)
                .max()
                .unwrap_or(0)
        };
        println!(
            "{name:44} {:#7x} -> {after:#7x}  bound {:#7x}  kernels {:3} %  bias {:?}  {took} ms",
            hand.unwrap_or(0),
            allocated.bound,
            fullest(&allocated.kernel_rows),
            allocated.bias.as_deref().unwrap_or_default(),
        );
        placed += 1;
        at_bound += usize::from(after == allocated.bound);
        match hand {
            Some(hand) => {
                ratios.push(after as f64 / hand as f64);
                if after > hand {
                    wrong.push(format!("{name}: {after:#x} is above {hand:#x}"));
                }
            }
            None => wrong.push(format!("{name}: the peak by hand is not known")),
        }
        let result = bare.with_text(allocated.text.clone());
        // Layers that do not run get no masks.
        let flags = overrides.flags.as_ref().map(|(_, flags)| flags);
        let runs = |layer: usize| {
            flags.is_none_or(|flags| {
                layer >= flags.start_layer && flags.stop_after.is_none_or(|last| layer <= last)
            })
        };
        let loud = |file: &_| -> Vec<Finding> {
            let findings = lint_once(file, &Config::default(), overrides)
                .report
                .findings;
            let loud = findings.into_iter().filter(support::is_loud);
            loud.filter(|finding| finding.layer.is_none_or(runs))
                .collect()
        };
        // What is said of the file as it was written is no fault of the masks.
        let before = loud(file);
        let is_new = |found: &&Finding| before.iter().all(|old| old.code != found.code);
        if let Some(finding) = loud(&result).iter().find(is_new) {
            wrong.push(format!("{name}: {}", support::show(&result.text, finding)));
        }
        match allocate(&result, &Config::default(), overrides, &Choices::default()) {
            Ok(again) if again.edits.is_empty() => {}
            other => wrong.push(format!("{name}: a second time changes {other:?}")),
        }
    }
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ratios.len() / 2];
    println!(
        "{placed} of {} placed, {at_bound} at the bound, median {median:.2} of the hand-written peak",
        networks.len(),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(placed >= 48, "{placed} placed");
    assert!(at_bound >= 46, "{at_bound} at the bound");
    assert!(median <= 0.45, "{median:.2} of the hand-written peak");
}

/// Three convolutions, 8 to 16 to 32 to 4 channels of 16x16 pixels, with these further lines each.
fn network(lines: [&str; 3]) -> SourceFile {
    let mut text = "\
# ai8x-lint: device=MAX78000
arch: demo
dataset: demo
layers:
"
    .to_owned();
    for ((channels, lines), dim) in [[8, 16], [16, 32], [32, 4]].iter().zip(lines).zip(0..) {
        text += &format!("  - out_channels: {}\n", channels[1]);
        if dim == 0 {
            text += "    in_channels: 8\n    in_dim: [16, 16]\n";
        }
        text += "    op: conv2d\n    kernel_size: 3x3\n    pad: 1\n    activate: relu\n";
        for line in lines.lines() {
            text += &format!("    {line}\n");
        }
    }
    SourceFile::new("a.yaml".to_owned(), "/a.yaml".into(), text)
}

/// The lines of the result with masks or offsets.
fn allocated(file: &SourceFile, choices: &Choices) -> Vec<String> {
    let allocated = allocate(file, &Config::default(), &Overrides::default(), choices)
        .expect("masks and offsets");
    let lines = allocated.text.lines().map(str::trim);
    lines
        .filter(|line| line.contains("processors") || line.contains("offset"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn what_is_missing_is_chosen_and_what_is_written_stays() {
    let bare = network(["", "", ""]);
    let chosen = allocated(&bare, &Choices::default());
    // No two of them that are needed at one time share an instance: nothing has to lie above another.
    assert_eq!(
        chosen,
        [
            "processors: 0x00000000000000ff",
            "out_offset: 0x0000",
            "processors: 0x0000ffff00000000",
            "out_offset: 0x0000",
            "processors: 0x00000000ffffffff",
            "output_processors: 0x0000000f00000000",
            "out_offset: 0x0000",
        ]
    );
    let half = network([
        "processors: 0x00000000000000ff\nout_offset: 0x2000 # ai8x-lint: keep",
        "processors: 0x000000000000FFFF",
        "",
    ]);
    let kept = allocated(&half, &Choices::default());
    assert_eq!(kept[0], "processors: 0x00000000000000ff");
    assert_eq!(kept[1], "out_offset: 0x2000 # ai8x-lint: keep");
    assert!(
        kept.contains(&"processors: 0x000000000000FFFF".to_owned()),
        "{kept:?}"
    );
    let free = Choices {
        keep_masks: false,
        ..Choices::default()
    };
    let anew = allocated(&half, &free);
    assert!(
        anew.contains(&"out_offset: 0x2000 # ai8x-lint: keep".to_owned()),
        "{anew:?}"
    );
}

#[test]
fn each_objective_has_its_offsets() {
    let written = [
        "processors: 0x00000000000000ff\nout_offset: 0x0408",
        "processors: 0x000000000000ffff\nout_offset: 0x0408",
        "processors: 0x00000000ffffffff\nout_offset: 0x0c00",
    ];
    let offsets = |objective| {
        let choices = Choices {
            objective,
            ..Choices::default()
        };
        let lines = allocated(&network(written), &choices);
        let offsets = lines
            .iter()
            .filter_map(|line| line.strip_prefix("out_offset: "));
        offsets.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(offsets(Objective::Peak), ["0x0400", "0x0000", "0x0400"]);
    assert_eq!(offsets(Objective::Readable), ["0x4000", "0x0000", "0x4000"]);
    // One of the first two has to move, and no more.
    assert_eq!(offsets(Objective::Edits), ["0x0c00", "0x0408", "0x0c00"]);
}

#[test]
fn unknown_channels_are_told() {
    let text = "arch: demo\ndataset: demo\nlayers:\n  - {op: conv2d, in_dim: [16, 16]}\n";
    let file = SourceFile::new("a.yaml".to_owned(), "/a.yaml".into(), text.to_owned());
    let none = allocate(
        &file,
        &Config::default(),
        &Overrides::default(),
        &Choices::default(),
    );
    assert_eq!(
        none.err().as_deref(),
        Some(
            "how many channels layer 0 reads or writes is not known: say the shapes, or the masks"
        )
    );
}
