//! `ai8x-lint explain`: what there is to read about rules and keys.

use std::fmt::Write;

use anyhow::{Result, bail};

use crate::network::keys::{Scope, find};
use crate::report::docs::{key_chapter, keys_page, rule_chapter, rules_page};
use crate::rules::{Documentation, documented};
use crate::text::did_you_mean;

use super::args::ExplainArgs;
use super::plain::plain;

pub(super) fn run(args: &ExplainArgs) -> Result<String> {
    if args.all {
        return Ok(plain(&format!(
            "{}\n{}",
            rules_page(documented()),
            keys_page()
        )));
    }
    let mut pages = Vec::new();
    for topic in &args.topics {
        pages.push(page(topic)?);
    }
    Ok(plain(&pages.join("\n")))
}

/// The chapters about a topic as Markdown.
fn page(topic: &str) -> Result<String> {
    let rule = documented().find(|rule| {
        rule.code.to_string().eq_ignore_ascii_case(topic) || rule.name.eq_ignore_ascii_case(topic)
    });
    if let Some(rule) = rule {
        return Ok(rule_chapter(&rule));
    }
    let beginning = topic.to_ascii_uppercase();
    let area: Vec<Documentation> = documented()
        .filter(|rule| beginning.starts_with("AX") && rule.code.to_string().starts_with(&beginning))
        .collect();
    if !area.is_empty() {
        return Ok(overview(&area));
    }
    // The keys of blocks have names of layer keys: `processors` is explained for both.
    let chapters: Vec<String> = Scope::ALL
        .into_iter()
        .filter_map(|scope| Some(key_chapter(scope, find(scope, topic)?)))
        .collect();
    if !chapters.is_empty() {
        return Ok(chapters.join("\n"));
    }
    let keys = Scope::ALL
        .iter()
        .flat_map(|scope| scope.keys())
        .flat_map(|key| key.spellings());
    let names: Vec<&str> = documented().map(|rule| rule.name).chain(keys).collect();
    bail!(
        "there is no rule and no key `{topic}`{}",
        did_you_mean(topic, names)
    )
}

/// A line for each rule.
fn overview(rules: &[Documentation]) -> String {
    let mut page = String::new();
    for rule in rules {
        let _ = writeln!(page, "- {} {}: {}", rule.code, rule.name, rule.summary);
    }
    page
}
