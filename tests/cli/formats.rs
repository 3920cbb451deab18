//! What each format tells, and that nothing of a file gets out of its place in it.

use std::fs;

use serde_json::Value;

use crate::world::{World, out, told};

/// A converted file, a refused one, a broken one and a folder without any.
fn world() -> World {
    let world = World::new(&["a", "b,c"]);
    world.write("node/Dockerfile", "FROM node:20\nCMD [\"node\"]\n");
    world.write("broken/Dockerfile", "FORM debian\n");
    world.write("empty/readme", "");
    world
}

const PATHS: [&str; 5] = ["a", "b,c", "node", "broken", "empty"];

fn told_in(world: &World, format: &str) -> String {
    let mut args = vec!["--format", format];
    args.extend(PATHS);
    let output = world.restage(&args);
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    out(&output)
}

#[test]
fn json_follows_its_schema() {
    let schema = include_str!("../../docs/schema/report-1.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let told: Value = serde_json::from_str(&told_in(&world(), "json")).unwrap();
    fits(&schema, &schema, &told, "$");
    assert_eq!(told["summary"]["reasons"]["no-recipe"], 1);
    assert_eq!(told["unseen"][0]["path"], "empty");
}

/// The part of JSON Schema that our schemas use: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`,
/// `items` and `$ref`.
fn fits(schema: &Value, root: &Value, value: &Value, at: &str) {
    if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
        return fits(root.pointer(path.trim_start_matches('#')).unwrap(), root, value, at);
    }
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types = schema.get("type").unwrap_or(&Value::Null);
    let is_of = types == name || types.as_array().is_some_and(|types| types.iter().any(|one| one == name));
    assert!(is_of, "{at} is {name}, not {types}");
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        assert!(words.contains(value), "{at}: {value} is none of {words:?}");
    }
    assert!(schema.get("const").is_none_or(|only| only == value), "{at}: {value}");
    if let Some(fields) = value.as_object() {
        let known = schema.get("properties").and_then(Value::as_object);
        for (key, field) in fields {
            match known.and_then(|known| known.get(key)).or_else(|| schema.get("additionalProperties")) {
                Some(schema) if schema.is_object() => fits(schema, root, field, &format!("{at}.{key}")),
                _ => assert!(field.is_null() && key.is_empty(), "{at}.{key} is not in the schema"),
            }
        }
        for key in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            assert!(fields.contains_key(key.as_str().unwrap()), "{at} has no {key}");
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(&schema["items"], root, item, &format!("{at}[{index}]"));
    }
}

#[test]
fn sarif_tells_results_with_their_fixes() {
    let world = world();
    let told: Value = serde_json::from_str(&told_in(&world, "sarif")).unwrap();
    assert_eq!(told["version"], "2.1.0");
    let run = &told["runs"][0];
    let results = run["results"].as_array().unwrap();
    let of = |rule: &'static str| results.iter().filter(move |result| result["ruleId"] == rule);
    assert_eq!(of("convertible").count(), 2);
    assert_eq!(of("unreadable").next().unwrap()["level"], "error");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]), "{result}");
    }
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"][0]["level"], "warning");
    // The fix, applied, is what --stdout prints.
    let fix = &of("convertible").next().unwrap()["fixes"][0]["artifactChanges"][0];
    assert_eq!(fix["artifactLocation"]["uri"], "a/Dockerfile");
    let before = world.read("a/Dockerfile");
    let mut lines: Vec<String> = before.split_inclusive('\n').map(str::to_owned).collect();
    for change in fix["replacements"].as_array().unwrap().iter().rev() {
        let line = |key: &str| usize::try_from(change["deletedRegion"][key].as_u64().unwrap()).unwrap() - 1;
        let text = change["insertedContent"]["text"].as_str().unwrap().to_owned();
        lines.splice(line("startLine")..line("endLine"), [text]);
    }
    assert_eq!(lines.concat(), out(&world.restage(&["--stdout", "a"])));
}

#[test]
fn markdown_is_the_body_of_a_pull_request() {
    let world = world();
    let floating = |file: &str| {
        let from = format!("{}/tests/cmd/world/floating/{file}", env!("CARGO_MANIFEST_DIR"));
        world.write(&format!("a/{file}"), &fs::read_to_string(from).unwrap());
    };
    for name in ["Dockerfile", "main.go", "go.mod"] {
        floating(name);
    }
    let body = told_in(&world, "markdown");
    let heads: Vec<&str> = body.lines().filter(|line| line.starts_with("## ")).collect();
    assert_eq!(heads, ["## What changed", "## Effect", "## Behaviour", "## To check", "## Left as it is"]);
    assert!(body.contains("\n- [ ] `a/Dockerfile:2` "), "{body}");
    assert!(body.contains("- `a/Dockerfile`: the same CMD, WORKDIR\n"), "{body}");
    assert!(body.contains("git show HEAD:a/Dockerfile | docker build"), "{body}");
    assert!(body.contains("- `node/Dockerfile`: "), "{body}");
    assert_eq!(
        out(&world.restage(&["--format", "markdown", "node"])).lines().next(),
        Some("No Dockerfile was changed.")
    );
}

#[test]
fn github_annotations_of_hostile_names_are_harmless() {
    let world = World::new(&["a\n::error::b", "c%0A,line=1"]);
    let output = world.restage(&["--format", "github", ".", "x\r\n::stop-commands::y"]);
    for line in out(&output).lines() {
        assert!(line.starts_with("::notice file=") || line.starts_with("::error file="), "{line}");
        assert_eq!(line.matches("::").count(), 2, "{line}");
        assert!(!line.contains("c%0A"), "the name's own %0A is none: {line}");
    }
    assert_eq!(out(&output).lines().count(), 3, "{}", out(&output));
}

#[test]
fn the_result_goes_to_a_file_and_the_talk_stays() {
    let world = world();
    for (format, end) in
        [("text", ""), ("json", "}\n"), ("sarif", "}\n"), ("markdown", "\n"), ("html", "</html>\n")]
    {
        let to_file = world.restage(&["--format", format, "--output", "result", "a", "node"]);
        assert_eq!((to_file.status.code(), out(&to_file)), (Some(0), String::new()), "{format}");
        assert!(told(&to_file).contains("2 files: 1 converted (safe), 1 refused"), "{}", told(&to_file));
        let text = world.read("result");
        assert_eq!(text, out(&world.restage(&["--format", format, "a", "node"])));
        assert!(text.ends_with(end), "{format}");
    }
    let output = world.restage(&["--output", "gone/result", "a"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(told(&output).contains("can't write the result"), "{}", told(&output));
}

#[test]
fn statistics_count_fates_and_reasons() {
    let world = world();
    let output = world.restage(&["--statistics", "a", "b,c", "node", "broken"]);
    let rows: Vec<Vec<String>> = told(&output)
        .lines()
        .filter(|line| line.starts_with("     "))
        .map(|line| {
            line.split("  ").map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
        })
        .filter(|row: &Vec<String>| row.len() == 3)
        .collect();
    assert_eq!(
        rows,
        [["2", "converted (safe)", "-"], ["1", "refused", "no-recipe"], ["1", "failed", "unreadable"]]
    );
}

#[test]
fn only_what_was_asked_for_is_worked() {
    let world = world();
    world.write(
        "py/Dockerfile",
        "FROM python:3.12\nCOPY . .\nRUN pip install flask\nCMD [\"python\", \"app.py\"]\n",
    );
    world.write("py/app.py", "import flask\n");
    let count = |args: &[&str]| told(&world.restage(args)).lines().last().unwrap_or_default().to_owned();
    assert_eq!(count(&["--language", "go", "."]), "2 files: 2 converted (safe)");
    assert!(count(&["--language", "go,python", "."]).starts_with("3 files: "));
    assert_eq!(count(&["--only", "no-recipe", "."]), "1 file: 1 refused");
    assert_eq!(world.restage(&["--language", "cobol", "."]).status.code(), Some(2));
    assert_eq!(world.restage(&["--only", "no-reason", "."]).status.code(), Some(2));
    assert_eq!(world.restage(&["--jobs", "0", "."]).status.code(), Some(2));
    assert_eq!(count(&["--jobs", "1", "--language", "go", "."]), "2 files: 2 converted (safe)");
    let before = world.read("py/Dockerfile");
    world.restage(&["--write", "--language", "go", "."]);
    assert_eq!(world.read("py/Dockerfile"), before, "what is not chosen is not written");
    assert_ne!(world.read("a/Dockerfile"), before);
}
