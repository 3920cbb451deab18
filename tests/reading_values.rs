//! What words come to: variables, image names, the commands of a shell text.

use restage::dockerfile::document::{Document, Newline};
use restage::dockerfile::instruction::Keyword;
use restage::dockerfile::reference::ImageReference;
use restage::dockerfile::shell::{Shell, parse, parse_plain};
use restage::dockerfile::variables::{Value, Variables};

/// A stage in which `a` is `1`, `e` is empty, `p` is `/x/y.tar.gz`, `b` is a build argument with the default `2`, `n` is one
/// without, and `u` can't be told.
fn variables() -> Variables {
    let text =
        "ARG g=3\nFROM x\nENV a=1 e= p=/x/y.tar.gz\nARG b=2\nARG n\nARG TARGETARCH\nENV u=$TARGETARCH\n";
    let mut variables = Variables::default();
    for instruction in Document::parse(text).iter().flat_map(|document| &document.instructions[1..]) {
        variables.apply(instruction, &Variables::global(), '\\');
    }
    variables
}

fn shown(value: &Value) -> String {
    match value {
        Value::Known(text) => text.clone(),
        Value::BuildArgument(text) => format!("by default {text}"),
        Value::Unknown => "?".to_owned(),
    }
}

#[test]
fn words_are_expanded_as_buildkit_does() {
    for (word, expected) in [
        ("$a", "1"),
        ("${a}b", "1b"),
        ("$ab", ""),
        ("\\$a", "$a"),
        ("'$a'", "$a"),
        ("\"$a\"", "1"),
        ("\"'$a'\"", "'1'"),
        ("x\"y z\"'w'", "xy zw"),
        ("a\\ b", "a b"),
        ("\"a\\b\\\"\"", "a\\b\""),
        ("$", "$"),
        ("$/x", "$/x"),
        ("${a:-w}", "1"),
        ("${e:-w}", "w"),
        ("${e-w}", ""),
        ("${m-w}", "w"),
        ("${m:-${a}x}", "1x"),
        ("${m:-${b}}", "by default 2"),
        ("${a:-${b}}", "1"),
        ("${a:+w}", "w"),
        ("${e:+w}", ""),
        ("${e+w}", "w"),
        ("${a:?w}", "1"),
        ("${m:?w}", "?"),
        ("${m?w}", "?"),
        ("${p#*/}", "x/y.tar.gz"),
        ("${p##*/}", "y.tar.gz"),
        ("${p%.*}", "/x/y.tar"),
        ("${p%%.*}", "/x/y"),
        ("${p/x/z}", "/z/y.tar.gz"),
        ("${p//r/R}", "/x/y.taR.gz"),
        ("${p//?/_}", "___________"),
        ("${p/\\//-}", "-x/y.tar.gz"),
        ("$b", "by default 2"),
        ("x${n}", "by default x"),
        ("${n-w}", "by default w"),
        ("$u", "?"),
        ("${u:-w}", "?"),
        ("${a:+$u}", "?"),
        ("${m:+$u}", ""),
        ("${a", "?"),
        ("'a", "?"),
        ("${a[1]}", "?"),
        ("${}", "?"),
    ] {
        assert_eq!(shown(&variables().expand(word, '\\')), expected, "{word}");
    }
    assert_eq!(shown(&variables().expand("C:\\$a`$a", '`')), "C:\\1$a");
}

#[test]
fn one_env_sees_the_values_before_it_and_one_arg_those_it_set() {
    let document =
        Document::parse("ARG v=9 w=$v\nFROM x\nENV a=1\nENV a=2 b=$a\nARG c=3 d=$c\nARG v\nARG q\n").unwrap();
    let mut global = Variables::global();
    global.apply(&document.instructions[0], &Variables::default(), '\\');
    let mut stage = Variables::default();
    document.instructions[1..].iter().for_each(|instruction| stage.apply(instruction, &global, '\\'));
    for (name, expected) in [
        ("a", "2"),
        ("b", "1"),
        ("d", "by default 3"),
        ("v", "by default 9"),
        ("w", ""),
        ("q", "by default "),
    ] {
        assert_eq!(shown(&stage.expand(&format!("${name}"), '\\')), expected, "{name}");
    }
    assert_eq!(shown(&global.expand("$w-$BUILDPLATFORM", '\\')), "?");
    assert_eq!(shown(&global.expand("$w", '\\')), "by default 9");
}

#[test]
fn image_names_are_taken_apart() {
    let digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    for (text, registry, path, tag, has_digest) in [
        ("a", None, "a", None, false),
        ("a/b", None, "a/b", None, false),
        ("a:1.2-x", None, "a", Some("1.2-x"), false),
        ("docker.io/library/a:1", Some("docker.io"), "library/a", Some("1"), false),
        ("localhost/a", Some("localhost"), "a", None, false),
        ("localhost:5000/a/b__c.d:1", Some("localhost:5000"), "a/b__c.d", Some("1"), false),
        (&format!("a@{digest}"), None, "a", None, true),
        (&format!("r.io:1/a:2@{digest}"), Some("r.io:1"), "a", Some("2"), true),
    ] {
        let reference = ImageReference::parse(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(
            (
                reference.registry.as_deref(),
                reference.path.as_str(),
                reference.tag.as_deref(),
                reference.digest.is_some()
            ),
            (registry, path, tag, has_digest),
            "{text}"
        );
        assert_eq!(reference.to_string(), text);
    }
    for text in ["", "A", "a:", "a@x", "a b", "a//b", "/a", "a/", "a:b:c", "$a", "a-", "a..b", "r.io/A"] {
        assert_eq!(ImageReference::parse(text), None, "{text}");
    }
}

#[test]
fn what_may_not_run_or_fail_unnoticed_is_conditional() {
    let cases = [
        // a chain fails where its last part fails
        ("a && b && c", ""),
        ("a || b && c", "a b"),
        ("a && b || c", "a b c"),
        ("a || true && c", "a true"),
        // behind these the whole RUN fails
        ("a || exit 1", "exit"),
        ("a && b || { echo no; exit 2; }; c", "echo exit"),
        ("a || false", "false"),
        ("a || exit 0; b", "a exit b"),
        // nobody asks for the status of a test that stands before the end
        ("[ -f x ] && b; c", "b"),
        ("[ -f x ] && b", ""),
        ("! a && b; c", "b"),
        ("(test -f x && b) || c; d", "test b c"),
        ("{ test -f x && b; }; d", "b"),
        ("if a; then b; fi; exit 0; c", "a b c"),
        ("if a; then exit 0; fi; c", "a exit c"),
        ("if a; then exit 1; fi; c", "a exit"),
        ("f() { exit 0; }; c", "exit"),
        ("(exit 0); c", ""),
        ("case x in x) b;; esac; c", "b"),
    ];
    for (text, expected) in cases {
        let Shell::Commands(commands) = parse_plain(text) else { panic!("{text}") };
        let doubtful = commands.iter().filter(|command| command.conditional);
        let names: Vec<String> = doubtful.filter_map(|command| command.words.first()?.literal()).collect();
        assert_eq!(names.join(" "), expected, "{text}");
    }
}

#[test]
fn commands_carry_how_they_are_joined_and_where_they_run() {
    let text = "set -e; cd /a && FOO=1 make -j\"$(n)\" >x 2>&1 | tee y || exit 1\n( cd b && ls ); cd c; pwd & if t; then cd d; fi; e";
    let Shell::Commands(commands) = parse_plain(text) else { panic!() };
    let lines: Vec<String> = commands
        .iter()
        .map(|command| {
            let conditional = if command.conditional { "?" } else { "" };
            let directory = command.directory.as_ref().map(|parts| parts.join(" "));
            format!(
                "{:?}{conditional} {} `{}` in {}",
                command.joined,
                command.depth,
                command.span.slice(text),
                directory.unwrap_or("?".to_owned())
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "First 0 `set -e` in ",
            "Then 0 `cd /a` in ",
            "And 0 `FOO=1 make -j\"$(n)\" >x 2>&1` in /a",
            "Pipe 0 `tee y` in /a",
            "Or? 0 `exit 1` in /a",
            "Then 1 `cd b` in /a",
            "And 1 `ls` in /a b",
            "Then 0 `cd c` in /a",
            "Then 0 `pwd` in /a c",
            "Background? 1 `t` in /a c",
            "Then? 1 `cd d` in /a c",
            "Then 0 `e` in ?",
        ]
    );
    let make = &commands[2];
    assert_eq!(make.assignments[0].0, "FOO");
    assert_eq!(make.assignments[0].1.literal().as_deref(), Some("1"));
    assert_eq!(make.words[1].literal(), None);
    let redirections: Vec<_> = make
        .redirections
        .iter()
        .map(|one| (one.descriptor, one.operator.as_str(), one.target.raw.as_str()))
        .collect();
    assert_eq!(redirections, [(None, ">", "x"), (Some(2), ">&", "1")]);
}

#[test]
fn quotes_of_the_shell_are_resolved() {
    let Shell::Commands(commands) =
        parse_plain(r#"a 'b c' "d \" $e" f\ g ~/h *.i {j,k} {} "${l}" ${m:-n} '' [ x ]"#)
    else {
        panic!()
    };
    let words: Vec<String> = commands[0].words.iter().map(|word| format!("{:?}", word.parts)).collect();
    assert_eq!(
        words,
        [
            r#"[Literal("a")]"#,
            r#"[Literal("b c")]"#,
            r#"[Literal("d \" "), Variable("e", true)]"#,
            r#"[Literal("f g")]"#,
            r#"[Dynamic("~"), Literal("/h")]"#,
            r#"[Glob('*'), Literal(".i")]"#,
            r#"[Dynamic("{j,k}")]"#,
            r#"[Literal("{}")]"#,
            r#"[Literal(""), Variable("l", true)]"#,
            r#"[Dynamic("${m:-n}")]"#,
            r#"[Literal("")]"#,
            r#"[Literal("[")]"#,
            r#"[Literal("x")]"#,
            r#"[Literal("]")]"#,
        ]
    );
}

#[test]
fn spans_of_commands_lead_back_through_continuations_and_heredocs() {
    let text = "FROM a\nRUN b \\\n# c\n  d && \\\n\n  e\nRUN <<E\nf\ng\nE\nRUN cat <<E >h && i\nx\nE\nRUN <<E\n#!/j\nE\n";
    let document = Document::parse(text).unwrap();
    let runs = document.instructions.iter().filter(|instruction| instruction.keyword == Keyword::Run);
    let commands: Vec<Option<Vec<&str>>> = runs
        .map(|run| match parse(&document.shell_text(run)?) {
            Shell::Commands(commands) => {
                Some(commands.iter().map(|command| document.slice(command.span)).collect())
            }
            Shell::Opaque(reason) => panic!("{reason}"),
        })
        .collect();
    assert_eq!(
        commands,
        [Some(vec!["b \\\n# c\n  d", "e"]), Some(vec!["f", "g"]), Some(vec!["cat <<E >h", "i"]), None]
    );
}

#[test]
fn most_lines_tell_how_a_file_ends_its_lines() {
    for (text, expected) in [
        ("FROM a", Newline::Lf),
        ("FROM a\nRUN b\r\n", Newline::Lf),
        ("FROM a\r\nRUN b\r\nRUN c\n", Newline::CrLf),
    ] {
        assert_eq!(Document::parse(text).unwrap().newline(), expected, "{text:?}");
    }
}
