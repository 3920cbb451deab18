//! A YAML file as a tree that is asked for a few keys. An alias is the node it names, never a copy of it, so that no
//! file is larger in memory than on disk.

use saphyr_parser::{Event, Parser};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of a file, and of one line of it, that are read at most: nobody writes more, and deep nesting costs time.
const LONGEST: usize = 200_000;
const LONGEST_LINE: usize = 4_000;

/// Key that takes in the keys of other mappings.
const MERGE: &str = "<<";

/// The first document of a file.
pub(super) struct Yaml {
    nodes: Vec<Node>,
    root: usize,
}

/// A node and the line where it begins.
struct Node {
    line: usize,
    value: Value,
}

enum Value {
    Text(String),
    List(Vec<usize>),
    Map(Vec<(usize, usize)>),
}

/// A node of a tree.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    yaml: &'a Yaml,
    at: usize,
}

impl Yaml {
    /// Reads a text; `None` where it is not YAML.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST || text.lines().any(|line| line.len() > LONGEST_LINE) {
            return None;
        }
        let mut nodes: Vec<Node> = Vec::new();
        let mut anchors: BTreeMap<usize, usize> = BTreeMap::new();
        // Collections that are not closed, with the key that waits for its value.
        let mut open: Vec<(usize, Option<usize>)> = Vec::new();
        let mut root = None;
        for event in Parser::new_from_str(text) {
            let (event, span) = event.ok()?;
            let (value, anchor) = match event {
                Event::Scalar(text, _, anchor, _) => (Value::Text(text.into_owned()), anchor),
                Event::SequenceStart(anchor, _) => (Value::List(Vec::new()), anchor),
                Event::MappingStart(anchor, _) => (Value::Map(Vec::new()), anchor),
                Event::Alias(anchor) => {
                    let at = *anchors.get(&anchor)?;
                    attach(&mut nodes, &mut open, &mut root, at);
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    open.pop();
                    continue;
                }
                Event::DocumentEnd => break,
                _ => continue,
            };
            let is_open = !matches!(value, Value::Text(_));
            let at = nodes.len();
            nodes.push(Node { line: span.start.line(), value });
            if anchor > 0 {
                anchors.insert(anchor, at);
            }
            attach(&mut nodes, &mut open, &mut root, at);
            if is_open {
                open.push((at, None));
            }
        }
        Some(Self { nodes, root: root? })
    }

    /// The root.
    pub(super) fn root(&self) -> Place<'_> {
        Place { yaml: self, at: self.root }
    }
}

/// Puts a node into the collection that is open.
fn attach(nodes: &mut [Node], open: &mut [(usize, Option<usize>)], root: &mut Option<usize>, at: usize) {
    let Some((parent, key)) = open.last_mut() else {
        root.get_or_insert(at);
        return;
    };
    match (&mut nodes[*parent].value, key.take()) {
        (Value::List(items), _) => items.push(at),
        (Value::Map(pairs), Some(key)) => pairs.push((key, at)),
        (Value::Map(_), None) => *key = Some(at),
        (Value::Text(_), _) => {}
    }
}

impl<'a> Place<'a> {
    fn node(self) -> &'a Node {
        &self.yaml.nodes[self.at]
    }

    /// The line where it begins, from 1.
    pub(super) fn line(self) -> usize {
        self.node().line
    }

    /// The text of a scalar.
    pub(super) fn text(self) -> Option<&'a str> {
        match &self.node().value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; none for anything else.
    pub(super) fn items(self) -> impl Iterator<Item = Place<'a>> {
        let items: &[usize] = match &self.node().value {
            Value::List(items) => items,
            _ => &[],
        };
        items.iter().map(move |at| Place { yaml: self.yaml, at: *at })
    }

    /// Whether it is a list.
    pub(super) fn is_list(self) -> bool {
        matches!(self.node().value, Value::List(_))
    }

    /// Key and value of a mapping's own pairs; none for anything else.
    pub(super) fn pairs(self) -> impl Iterator<Item = (&'a str, Place<'a>)> {
        let pairs: &[(usize, usize)] = match &self.node().value {
            Value::Map(pairs) => pairs,
            _ => &[],
        };
        let yaml = self.yaml;
        pairs
            .iter()
            .filter_map(move |(key, at)| Some((Place { yaml, at: *key }.text()?, Place { yaml, at: *at })))
    }

    /// The value of a key, its own or one that is merged in.
    pub(super) fn get(self, key: &str) -> Option<Self> {
        // a mapping may merge itself in, by way of others
        let mut seen = BTreeSet::new();
        let mut next = vec![self];
        while let Some(at) = next.pop() {
            if !seen.insert(at.at) {
                continue;
            }
            if let Some((_, value)) = at.pairs().find(|(own, _)| *own == key) {
                return Some(value);
            }
            if let Some((_, merged)) = at.pairs().find(|(own, _)| *own == MERGE) {
                let mut all: Vec<Self> =
                    if merged.is_list() { merged.items().collect() } else { vec![merged] };
                all.reverse();
                next.extend(all);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Yaml;

    #[test]
    fn an_alias_is_what_it_names_and_merged_keys_are_found() {
        let text = "base: &base {a: 1, b: 2}\nuser:\n  <<: *base\n  b: three\nlist: [*base, x]\n";
        let yaml = Yaml::parse(text).expect("YAML");
        let user = yaml.root().get("user").expect("a mapping");
        assert_eq!(user.get("a").and_then(|place| place.text()), Some("1"));
        assert_eq!(user.get("b").and_then(|place| place.text()), Some("three"));
        assert_eq!(user.line(), 3);
        assert_eq!(yaml.root().get("list").map(|list| list.items().count()), Some(2));
    }

    #[test]
    fn neither_a_bomb_of_aliases_nor_a_loop_of_merges_takes_time() {
        let mut bomb = "a0: &a0 [x]\n".to_owned();
        for at in 1..200 {
            let before = at - 1;
            bomb += &format!("a{at}: &a{at} [*a{before}, *a{before}, *a{before}]\n");
        }
        assert!(Yaml::parse(&bomb).is_some());
        let rings = "a: &a\n  <<: [*a, *a, *a, *a]\n";
        let found = Yaml::parse(rings).and_then(|yaml| yaml.root().get("a")?.get("b").map(|_| ()));
        assert_eq!(found, None);
        for hostile in [
            "[".repeat(4_000),
            "- ".repeat(2_000),
            "{a: ".repeat(1_000),
            "? ".repeat(2_000),
            "[\n".repeat(2_000),
        ] {
            drop(Yaml::parse(&hostile));
        }
    }
}
