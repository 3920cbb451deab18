//! From the lines of both stages to a finished plan, for every kind of language: put in order, cleaned of what nothing sees,
//! with the build arguments that they use.
//!
//! The order is that of the file, but for what restage adds: packages come first and what the builder made as late as it can,
//! so that both stages build side by side.

use super::line::{Added, Line};
use super::planner::Planner;
use super::{Plan, arguments, inherited};
use crate::analysis::effect::Effect;
use crate::analysis::step::Step;
use crate::analysis::world::is_standard;
use crate::dockerfile::instruction::{Arguments, Keyword};
use crate::recipe::path::is_within;

/// Finishes a plan. `head` are lines that belong before all others of the runtime.
pub(super) fn assemble(mut planner: Planner<'_>, runtime_image: String, head: Vec<Line>) -> Plan {
    let image = planner.image_named(&runtime_image);
    let mut runtime = std::mem::take(&mut planner.runtime);
    let mut head = head;
    head.extend(inherited::variables(&planner, &runtime, image.as_ref()));
    runtime = Order { planner: &planner }.arrange(head, runtime);
    planner.shorten_builder(&runtime);
    let starts_at = image.map_or(String::new(), |image| image.workdir);
    runtime = Cleaner { planner: &planner }.clean(runtime, &starts_at);
    arguments::write_out(&planner, &mut runtime);
    arguments::declare(&planner, &mut runtime);
    arguments::note(&mut planner, &runtime);
    planner.runtime = runtime;
    let from = &planner.stage.from;
    let document = planner.sources.document;
    // beside other stages a name says which of them is wanted: the runtime takes it over
    let is_first = document.instructions[..from.instruction].iter().all(|one| one.keyword != Keyword::From);
    let runtime_name = from.name.clone().filter(|_| !is_first);
    let builder_name = from.name.clone().filter(|_| is_first).unwrap_or_else(|| planner.free_name());
    let instruction = &document.instructions[from.instruction];
    let platform = instruction.flag("platform").map(|flag| document.slice(flag.span).to_owned());
    Plan {
        builder_name,
        is_named: from.name.is_some() && is_first,
        runtime_name,
        builder_image: planner.builder_image.map(|image| (from.image_span, image)),
        builder: planner.builder,
        runtime_image,
        platform,
        runtime: planner.runtime,
        notes: planner.notes,
        why: planner.why,
    }
}

/// The step behind a line, if it is an instruction of the file.
fn step_of<'a>(planner: &Planner<'a>, line: &Line) -> Option<&'a Step> {
    let index = line.index()?;
    planner.steps().iter().find(|step| step.index == index)
}

fn keyword_of(planner: &Planner<'_>, line: &Line) -> Keyword {
    match line {
        Line::Instruction(index) | Line::Changed(index, ..) => {
            planner.sources.document.instructions[*index].keyword
        }
        Line::New(added, _) => added.keyword(),
    }
}

struct Order<'a, 'b> {
    planner: &'b Planner<'a>,
}

impl Order<'_, '_> {
    fn arrange(&self, head: Vec<Line>, runtime: Vec<Line>) -> Vec<Line> {
        let is_copy = |line: &Line| matches!(line, Line::New(Added::CopyFrom { .. }, _));
        let is_install = |line: &Line| matches!(line, Line::New(Added::Install(_), _));
        let (data, head): (Vec<Line>, Vec<Line>) = head.into_iter().partition(is_copy);
        let (install, head): (Vec<Line>, Vec<Line>) = head.into_iter().partition(is_install);
        let mut lines: Vec<Line> = head.into_iter().chain(runtime).collect();
        for line in install {
            let sets = |known: &Line| {
                let document = self.planner.sources.document;
                let arguments = known.index().map(|index| &document.instructions[index].arguments);
                matches!(arguments, Some(Arguments::Pairs(pairs)) if pairs.iter().any(|pair| line.mentions(document, &pair.key.text)))
            };
            let place = lines.iter().rposition(sets).map_or(0, |at| at + 1);
            lines.insert(place, line);
        }
        let place = lines.iter().position(|line| is_copy(line) || self.needs_data(line));
        let place = place.or_else(|| lines.iter().position(|line| self.says_how_to_start(line)));
        let place = place.unwrap_or(lines.len());
        lines.splice(place..place, data);
        self.sink_below_packages(&mut lines);
        self.sink_below_users(&mut lines);
        lines
    }

    /// Whether a line may read certificates or zones: it runs something other than the set-up of users and directories.
    fn needs_data(&self, line: &Line) -> bool {
        let is_set_up = |effect: &Effect| {
            matches!(
                effect,
                Effect::CreateUser(_) | Effect::ChangeUsers | Effect::CreateDirectory(_) | Effect::Nothing
            )
        };
        match (line, step_of(self.planner, line)) {
            (Line::New(added, _), _) => matches!(added, Added::Run(_)),
            (_, Some(step)) if step.keyword == Keyword::Run => {
                !step.actions.iter().all(|action| is_set_up(&action.effect))
            }
            _ => false,
        }
    }

    fn says_how_to_start(&self, line: &Line) -> bool {
        let keyword = keyword_of(self.planner, line);
        matches!(
            keyword,
            Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck | Keyword::User | Keyword::Expose
        )
    }

    /// A COPY from the builder waits for the builder: packages are installed before it, where nothing between reads it.
    fn sink_below_packages(&self, lines: &mut Vec<Line>) {
        let is_install = |line: &Line| matches!(line, Line::New(Added::Install(_), _));
        let Some(install) = lines.iter().position(is_install) else { return };
        let is_barrier = |line: &Line| {
            matches!(keyword_of(self.planner, line), Keyword::Run | Keyword::Copy | Keyword::Add)
                && !matches!(line, Line::New(Added::CopyFrom { .. }, _))
        };
        let from = lines[..install].iter().rposition(is_barrier).map_or(0, |at| at + 1);
        let is_copy = |line: &Line| matches!(line, Line::New(Added::CopyFrom { .. }, _));
        let is_variable = |line: &Line| matches!(line, Line::New(Added::Path(_) | Added::Env { .. }, _));
        let (mut copies, mut others): (Vec<Line>, Vec<Line>) = (Vec::new(), Vec::new());
        let mut follows_copy = false;
        for line in lines.drain(from..=install) {
            // what is set for a copied tree goes with it
            follows_copy = is_copy(&line) || (follows_copy && is_variable(&line));
            if follows_copy { copies.push(line) } else { others.push(line) }
        }
        lines.splice(from..from, others.into_iter().chain(copies));
    }

    /// A COPY with an owner stands after the lines that create it.
    fn sink_below_users(&self, lines: &mut Vec<Line>) {
        for at in (0..lines.len()).rev() {
            let owner = match &lines[at] {
                Line::New(Added::CopyFrom { flags, .. } | Added::Copy { flags, .. }, _) => {
                    flags.iter().find_map(|flag| flag.strip_prefix("--chown="))
                }
                _ => None,
            };
            let Some(owner) = owner else { continue };
            let names: Vec<&str> = owner.split(':').collect();
            let creates = |line: &Line| {
                self.planner.creators.iter().any(|(text, creator)| {
                    creator == line && text.split_whitespace().any(|word| names.contains(&word))
                })
            };
            if let Some(creator) = lines.iter().rposition(creates).filter(|creator| *creator > at) {
                let line = lines.remove(at);
                lines.insert(creator, line);
            }
        }
    }
}

struct Cleaner<'a, 'b> {
    planner: &'b Planner<'a>,
}

impl Cleaner<'_, '_> {
    fn clean(&self, lines: Vec<Line>, starts_at: &str) -> Vec<Line> {
        let lines = self.without_inner_copies(lines);
        let lines = self.without_repeats(lines);
        let lines = self.without_unseen_users(lines);
        self.without_unseen_directories(lines, starts_at)
    }

    /// Nothing is copied that another copy brings with it.
    fn without_inner_copies(&self, lines: Vec<Line>) -> Vec<Line> {
        let copied = |line: &Line| match line {
            Line::New(Added::CopyFrom { paths, flags }, _) => {
                Some((paths.iter().map(|one| one.path.clone()).collect::<Vec<_>>(), flags.clone()))
            }
            _ => None,
        };
        let all: Vec<_> = lines.iter().map(copied).collect();
        let touches = |line: &Line| {
            matches!(keyword_of(self.planner, line), Keyword::Run | Keyword::Copy | Keyword::Add)
        };
        let is_inner = |at: usize| {
            let Some((paths, flags)) = &all[at] else { return false };
            all.iter().enumerate().any(|(other, outer)| {
                let Some((outer, outer_flags)) = outer else { return false };
                let between =
                    if other < at { &lines[other + 1..at] } else { &lines[at + 1..other.max(at + 1)] };
                let quiet = between.iter().all(|line| copied(line).is_some() || !touches(line));
                let holds = |path: &String| outer.iter().any(|tree| path != tree && is_within(path, tree));
                other != at && flags == outer_flags && quiet && paths.iter().all(holds)
            })
        };
        let inner: Vec<bool> = (0..lines.len()).map(is_inner).collect();
        lines.into_iter().zip(inner).filter(|(_, inner)| !inner).map(|(line, _)| line).collect()
    }

    /// A new command that was just run is not run again.
    fn without_repeats(&self, lines: Vec<Line>) -> Vec<Line> {
        let mut kept: Vec<Line> = Vec::new();
        for line in lines {
            let repeats = matches!(&line, Line::New(Added::Run(commands), _)
                if kept.last().is_some_and(|last| matches!(last, Line::New(Added::Run(known), _) if known == commands)));
            if !repeats {
                kept.push(line);
            }
        }
        kept
    }

    /// A USER that only another USER follows, or that changes nothing.
    fn without_unseen_users(&self, lines: Vec<Line>) -> Vec<Line> {
        let document = self.planner.sources.document;
        let user = |line: &Line| match line {
            Line::Instruction(index) if document.instructions[*index].keyword == Keyword::User => {
                match &document.instructions[*index].arguments {
                    Arguments::Text(text) => Some(text.text.trim().to_owned()),
                    _ => None,
                }
            }
            _ => None,
        };
        let sees = |line: &Line| matches!(keyword_of(self.planner, line), Keyword::Run | Keyword::Workdir);
        let mut current: Option<String> = None;
        let mut kept = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            if let Some(name) = user(line) {
                let later = &lines[at + 1..];
                let next = later.iter().position(|line| user(line).is_some());
                let unseen = next.is_some_and(|next| !later[..next].iter().any(sees));
                if self.is_repeated(line) && (unseen || current.as_ref() == Some(&name)) {
                    continue;
                }
                current = Some(name);
            }
            kept.push(line.clone());
        }
        kept
    }

    /// A WORKDIR that changes nothing, or that only another WORKDIR follows and whose directory is there all the same.
    fn without_unseen_directories(&self, lines: Vec<Line>, starts_at: &str) -> Vec<Line> {
        let place = |line: &Line| match line {
            Line::New(Added::Workdir(path), _) => Some(path.clone()),
            _ => step_of(self.planner, line).and_then(|step| step.makes_directory.clone()),
        };
        let mut current = starts_at.to_owned();
        let mut kept = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            if let Some(path) = place(line) {
                let later = &lines[at + 1..];
                let next = later.iter().position(|line| place(line).is_some());
                let unseen = next.is_some_and(|next| {
                    let follower = place(&later[next]).unwrap_or_default();
                    let stands = is_standard(&path) || is_within(&follower, &path);
                    stands
                        && self.is_absolute(&later[next])
                        && !later[..next].iter().any(|line| self.sees_directory(line))
                });
                // a build argument may choose another one
                let is_plain = line.index().is_none_or(|index| {
                    let document = self.planner.sources.document;
                    !document.slice(document.instructions[index].span).contains('$')
                });
                if is_plain && self.is_repeated(line) && (unseen || path == current) {
                    continue;
                }
                current = path;
            }
            kept.push(line.clone());
        }
        kept
    }

    /// Whether it is a line that the file does not have at this place: one of restage's, or one that the builder has too.
    fn is_repeated(&self, line: &Line) -> bool {
        line.index().is_none() || self.planner.builder.iter().any(|known| known.index() == line.index())
    }

    fn is_absolute(&self, line: &Line) -> bool {
        match line {
            Line::New(Added::Workdir(_), _) => true,
            _ => step_of(self.planner, line).is_some_and(|step| {
                let arguments = &self.planner.sources.document.instructions[step.index].arguments;
                matches!(arguments, Arguments::Text(text) if text.text.trim_start_matches('"').starts_with('/'))
            }),
        }
    }

    /// Whether a line begins in the working directory.
    fn sees_directory(&self, line: &Line) -> bool {
        match line {
            Line::New(Added::Copy { destination, .. }, _) => !destination.starts_with('/'),
            Line::New(Added::Run(_), _) => true,
            Line::New(..) => false,
            _ => match &self.planner.sources.document.instructions[line.index().unwrap_or_default()] {
                instruction if instruction.keyword == Keyword::Run => true,
                instruction if matches!(instruction.keyword, Keyword::Copy | Keyword::Add) => {
                    match &instruction.arguments {
                        Arguments::Words(words) | Arguments::Json(words) => {
                            words.last().is_none_or(|last| !last.text.starts_with('/'))
                        }
                        _ => true,
                    }
                }
                _ => false,
            },
        }
    }
}
