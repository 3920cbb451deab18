//! What the abstract machine believes after a line, and how surely.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use restage::analysis::certainty::Certainty::{self, Maybe, No, Sure};
use restage::analysis::world::{Origin, World};
use restage::analysis::{Sources, analyse};
use restage::context::Context;
use restage::context::map_files::MapFiles;
use restage::dockerfile::document::Document;
use restage::knowledge::Knowledge;
use restage::recipe::Recipes;

/// The world after lines that stand on a Go image, with `a.txt`, `conf/b.yml` and `conf/c.yml` copied to `/app`.
fn world(lines: &str) -> World {
    let files = [("a.txt", "a"), ("conf/b.yml", "b"), ("conf/c.yml", "c")];
    let context = Context::new(Box::new(MapFiles::new(files)), None);
    let text = format!("FROM golang:1.22-bookworm\nWORKDIR /app\nCOPY . .\n{lines}\n");
    let document = Document::parse(text.as_str()).unwrap();
    let (recipes, knowledge) = (Recipes::load(&[]).unwrap(), Knowledge::default());
    let recipe = recipes.of_image("golang").unwrap();
    let sources = Sources {
        document: &document,
        context: Some(&context),
        recipes: &recipes,
        recipe,
        knowledge: &knowledge,
        keep: &[],
        artifacts: &[],
    };
    analyse(sources).unwrap().remove(0).world
}

fn certainties(lines: &str, paths: &[&str]) -> Vec<Certainty> {
    let world = world(lines);
    paths.iter().map(|path| world.certainty(path)).collect()
}

#[test]
fn a_condition_takes_nothing_away_and_makes_nothing_sure() {
    let paths = ["/app/a.txt", "/app/conf/b.yml", "/app/x"];
    let cases = [
        ("RUN rm a.txt && touch x", [No, Sure, Sure]),
        ("RUN rm -rf conf; touch x", [Sure, No, Sure]),
        ("RUN if [ -n \"$SLIM\" ]; then rm -rf conf a.txt; touch x; fi", [Maybe, Maybe, Maybe]),
        ("RUN rm a.txt || touch x", [Maybe, Sure, Maybe]),
        ("RUN rm a.txt || exit 1", [No, Sure, No]),
        ("RUN test -f y && rm a.txt; true", [Maybe, Sure, No]),
        ("RUN for file in conf/*; do rm $file; done; rm a.txt", [No, Sure, No]),
        ("RUN clean() { rm a.txt; }; clean", [Maybe, Sure, No]),
        ("RUN if true; then touch a.txt; fi", [Sure, Sure, No]),
        ("RUN [ -z \"$X\" ] || exit 0; rm a.txt", [Maybe, Sure, No]),
    ];
    for (lines, expected) in cases {
        assert_eq!(certainties(lines, &paths), expected, "{lines}");
    }
}

#[test]
fn what_is_taken_away_by_any_tool_is_gone() {
    for lines in [
        "RUN rm conf/b.yml",
        "RUN unlink conf/b.yml",
        "RUN find . -name 'b.*' -delete",
        "RUN find /app -type f -name b.yml -exec rm {} +",
        "RUN rm conf/{b,x}.yml",
        "RUN mv conf/b.yml /etc/",
        "RUN cd conf && rm b*",
        "RUN rm -r conf && mkdir conf && touch conf/c.yml",
    ] {
        assert_eq!(certainties(lines, &["/app/conf/b.yml", "/app/conf/c.yml"]), [No, Sure], "{lines}");
        assert!(world(lines).is_gone("/app/conf/b.yml"), "{lines}");
    }
    assert_eq!(certainties("RUN find . -name b.yml -mtime +3 -delete", &["/app/conf/b.yml"]), [Maybe]);
    assert_eq!(certainties("RUN find conf -delete", &["/app/conf/b.yml", "/app/a.txt"]), [No, Sure]);
}

#[test]
fn a_moved_file_is_gone_and_keeps_its_origin() {
    let world =
        world("RUN mv conf/b.yml /etc/board.yml && cp -r conf /srv/conf && mv a.txt .. && mv /a.txt /b.txt");
    assert_eq!(world.certainty("/app/conf/b.yml"), No);
    assert_eq!(world.paths["/etc/board.yml"].origin, Origin::Context("conf/b.yml".to_owned()));
    assert_eq!(world.context_path("/srv/conf/c.yml").as_deref(), Some("conf/c.yml"));
    assert_eq!((world.certainty("/srv/conf/b.yml"), world.certainty("/app/conf/c.yml")), (No, Sure));
    assert_eq!(world.context_path("/b.txt").as_deref(), Some("a.txt"));
}

#[test]
fn a_command_that_no_rule_knows_leaves_doubt_where_it_may_have_been() {
    let paths = ["/app/a.txt", "/opt/x", "/etc/y", "/app", "/app/new"];
    let lines = "RUN touch /opt/x /etc/y && frobnicate --to=/opt/x";
    assert_eq!(certainties(lines, &paths), [Maybe, Maybe, Sure, Sure, Maybe]);
    let lines = "RUN frobnicate && touch new";
    assert_eq!(certainties(lines, &paths), [Maybe, No, No, Sure, Sure]);
}

#[test]
fn packages_and_users_are_as_sure_as_their_command() {
    let world = world(
        "RUN apt-get install -y curl=7.88.1-10 git && if true; then apt-get install -y wget; fi\n\
         RUN apt-get remove -y curl || true\nRUN apt-get purge -y git\n\
         RUN id web || useradd -d /srv/web web\nRUN useradd -rm -b /var/lib api",
    );
    assert_eq!(world.packages.get("curl"), Some(&Maybe));
    assert_eq!(world.packages.get("wget"), Some(&Maybe));
    assert_eq!(world.packages.get("git"), None);
    let user = |name: &str| (world.users[name].home.clone(), world.users[name].certainty);
    assert_eq!(user("web"), ("/srv/web".to_owned(), Maybe));
    assert_eq!(user("api"), ("/var/lib/api".to_owned(), Sure));
}

#[test]
fn a_value_that_is_only_maybe_set_is_not_known() {
    let lines = "ENV D=/opt/one\nRUN if [ -n \"$X\" ]; then D=/opt/two; fi; touch $D";
    let world = world(lines);
    assert_eq!((world.certainty("/opt/one"), world.certainty("/opt/two")), (No, No));
}

#[test]
fn a_copy_is_read_as_docker_reads_it() {
    let places = |line: &str| -> Vec<String> {
        let world = world(&format!("RUN rm -rf /app\n{line}"));
        world.paths.into_iter().filter(|(_, entry)| !entry.tree).map(|(path, _)| path).collect()
    };
    assert_eq!(places("COPY --parents conf/b.yml a.txt /x/"), ["/x/a.txt", "/x/conf/b.yml"]);
    assert_eq!(places("COPY --parents ./conf /x/"), ["/x/conf/b.yml", "/x/conf/c.yml"]);
    assert_eq!(places("COPY --exclude=b.* conf /x/"), ["/x/c.yml"]);
    assert_eq!(places("COPY --exclude=conf/b.yml --exclude=*.txt . /x"), ["/x/conf/c.yml"]);
    assert_eq!(places("COPY --exclude=**/*.yml . /x"), ["/x/a.txt"]);
}

#[test]
fn a_source_that_is_missing_leaves_its_own_copy_open_only() {
    let world = world("COPY config.json /etc/board/\nCOPY a.txt /opt/");
    assert_eq!(world.certainty("/etc/board/config.json"), Maybe);
    assert_eq!(world.certainty("/opt/a.txt"), Sure);
    assert_eq!(world.certainty("/app/conf/b.yml"), Sure);
}
