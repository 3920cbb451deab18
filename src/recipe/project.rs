//! Installers of a project: what its manifest and lock file name goes into an environment that the installer keeps by itself, unless a
//! variable pins it. Which variable, where by default, and what can't be followed are data of the rule (`[command.project]`).

use super::command::Call;
use super::path::absolute;
use super::product::{Dependencies, Surroundings, Target};
use super::python;

/// What the rules say of such an installer.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ProjectInstaller {
    /// Variable that sends everything to the environment at its path.
    pub pin: Option<String>,
    /// A variable with which it uses the interpreter's own prefix, and the variable that then sends everything to an environment.
    pub pin_if: Option<(String, String)>,
    /// Words by which a file names or moves the installer's own environment: then nothing can be sent elsewhere.
    pub names: Vec<String>,
    /// Directory of its own environment, relative to the project.
    pub directory: Option<String>,
    /// Variable that names another directory.
    pub directory_by: Option<String>,
    /// Variable without which the own environment is not in the project's directory.
    pub directory_if: Option<String>,
    /// File of the project, and the line in it that says the same as that variable.
    pub directory_if_line: Option<(String, String)>,
    /// Files of the project that it reads.
    pub reads: Vec<String>,
    /// Options with which the project itself is not installed.
    pub rootless: Vec<String>,
    /// Whether it never installs the project itself.
    pub only_dependencies: bool,
    /// Options and variables with which it does more than can be followed.
    pub unless: Vec<String>,
    /// Words with which it starts a program in its environment.
    pub run: Vec<String>,
    /// Options of those that change nothing once everything is installed.
    pub run_flags: Vec<String>,
    /// Ending of the scripts that it hands to an interpreter, and that interpreter.
    pub run_scripts: Option<(String, String)>,
    /// Whether starting installs what is missing: the project itself, too.
    pub run_installs: bool,
    /// File of the project whose variables it gives to what it starts.
    pub run_loads: Option<String>,
    /// File of the project that asks for a version of the interpreter, which the installer would fetch.
    pub version_file: Option<String>,
}

impl ProjectInstaller {
    /// What a call installs. `is_environment` tells whether a path is an environment that the file made.
    pub fn dependencies(
        &self,
        call: &Call,
        around: Surroundings<'_>,
        is_environment: &dyn Fn(&str) -> bool,
    ) -> Dependencies {
        if !call.operands.is_empty() || !around.root || self.untold(call, around).is_some() {
            return self.elsewhere(call, around);
        }
        let mut told = call.clone();
        if let Some(name) = self.directory_if.as_ref().filter(|_| self.has_line(call, around)) {
            told.variables.entry(name.clone()).or_insert_with(|| "true".to_owned());
        }
        let mut found = self.pinned(Dependencies::default(), &told, is_environment);
        found.files = self.reads.iter().map(|file| call.absolute(file)).collect();
        let rootless = self.rootless.iter().map(String::as_str).collect::<Vec<_>>();
        let alone = self.only_dependencies || call.has(&rootless);
        if !alone {
            found.editable.push(call.directory.clone());
            found.projects.push(call.directory.clone());
        }
        found.unread = true;
        // without its lock file, what the project names beside it is not known
        let sees = |file: &String| around.context.zip((around.locate)(&call.absolute(file))).is_some();
        found.complete = alone && self.reads.iter().all(sees);
        python::locked(found, call, around)
    }

    /// What can't be followed, with the reason.
    pub fn elsewhere(&self, call: &Call, around: Surroundings<'_>) -> Dependencies {
        let untold = self.untold(call, around).or_else(|| match call.operands.first() {
            Some(operand) => Some(format!("`{operand}` is given")),
            None if !around.root => Some("a user other than root installs".to_owned()),
            None => None,
        });
        python::locked(Dependencies { untold, ..python::elsewhere(call) }, call, around)
    }

    /// Why it can't be told where a call installs, in one clause; `None` where it can.
    pub fn untold(&self, call: &Call, around: Surroundings<'_>) -> Option<String> {
        let is_told =
            |name: &&String| call.has(&[name.as_str()]) || call.variables.contains_key(name.as_str());
        let told = self.unless.iter().find(is_told).map(|name| format!("`{name}` is given"));
        told.or_else(|| self.other_version(call, around))
    }

    /// The words of the program that it is to start in its environment.
    pub fn started(&self, words: &[String]) -> Option<Vec<String>> {
        let mut rest = words.strip_prefix(self.run.as_slice()).filter(|_| !self.run.is_empty())?;
        while let [flag, more @ ..] = rest
            && self.run_flags.contains(flag)
        {
            rest = more;
        }
        let first = rest.first().filter(|word| !word.starts_with('-'))?;
        let interpreter = self.run_scripts.iter().find(|(ending, _)| first.ends_with(ending.as_str()));
        Some(
            interpreter.map(|(_, program)| program.clone()).into_iter().chain(rest.iter().cloned()).collect(),
        )
    }

    /// The same of a line for a shell, whose first command it is.
    pub fn started_by_line(&self, text: &str) -> Option<String> {
        let begin = self.run.join(" ");
        let rest = text.trim_start().strip_prefix(begin.as_str()).filter(|_| !self.run.is_empty())?;
        let rest = rest.strip_prefix(' ')?.trim_start();
        let first = rest.split_whitespace().next()?;
        let is_script = self.run_scripts.iter().any(|(ending, _)| first.ends_with(ending.as_str()));
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
        (!is_script
            && !first.starts_with('-')
            && first.chars().all(is_plain)
            && !rest.contains(begin.as_str()))
        .then(|| rest.to_owned())
    }

    /// The same of what another engine read of the command.
    pub fn pinned(
        &self,
        mut found: Dependencies,
        call: &Call,
        is_environment: &dyn Fn(&str) -> bool,
    ) -> Dependencies {
        let system = self.pin_if.as_ref().filter(|(name, _)| is_on(call.variables.get(name)));
        let sent = self.pin_if.as_ref().and_then(|(_, pin)| call.variables.get(pin));
        found.target = match (system, sent.filter(|sent| !sent.is_empty())) {
            (_, Some(path)) if is_environment(path) => Target::Environment(path.clone()),
            (_, Some(_)) => {
                Target::Elsewhere(call.words.iter().take(2).cloned().collect::<Vec<_>>().join(" "))
            }
            (Some(_), None) => Target::Default,
            (None, None) => self.target(call, is_environment),
        };
        if found.target == Target::Default {
            found.pin = system.map(|(_, pin)| pin.clone()).or_else(|| self.pin.clone());
            found.own_names.clone_from(&self.names);
        }
        found
    }

    fn target(&self, call: &Call, is_environment: &dyn Fn(&str) -> bool) -> Target {
        let value = |name: &Option<String>| {
            name.as_ref().and_then(|name| call.variables.get(name)).filter(|value| !value.is_empty())
        };
        if let Some(path) = value(&self.pin).filter(|path| is_environment(path)) {
            return Target::Environment(path.clone());
        }
        if let Some(path) = value(&self.directory_by) {
            return Target::Environment(call.absolute(path));
        }
        let in_project = self.directory_if.is_none() || is_on(value(&self.directory_if));
        match self.directory.as_ref().filter(|_| in_project) {
            Some(directory) => Target::Environment(absolute(&call.directory, directory)),
            None => Target::Default,
        }
    }

    /// Whether the file of the project says that its environment is in its directory.
    fn has_line(&self, call: &Call, around: Surroundings<'_>) -> bool {
        let Some((file, wanted)) = &self.directory_if_line else { return false };
        let plain = |line: &str| line.split('#').next().unwrap_or_default().replace(' ', "");
        let place = (around.locate)(&call.absolute(file));
        let text = around.context.zip(place).and_then(|(context, place)| context.text(&place));
        text.is_some_and(|text| text.lines().any(|line| plain(line) == plain(wanted)))
    }

    /// What makes the project ask for another interpreter than the image's, which would be fetched; `None` where it does not.
    fn other_version(&self, call: &Call, around: Surroundings<'_>) -> Option<String> {
        let file = self.version_file.as_ref()?;
        let (Some(context), Some(version)) = (around.context, around.version) else {
            return Some("the version that the project asks for is not seen".to_owned());
        };
        let text = |file: &str| context.text(&(around.locate)(&call.absolute(file))?);
        let asked = text(file);
        let asked = asked.as_deref().map(str::trim).unwrap_or_default();
        // the image's patch is not known, and another would be fetched
        if !asked.is_empty() && asked != version {
            return Some(format!("{file} asks for {asked}, and the image has {version}"));
        }
        let manifests = self.reads.iter().filter_map(|file| Some((file, text(file)?)));
        let required = |text: &str| {
            text.lines().find_map(|line| {
                let value = line.trim().strip_prefix("requires-python")?.trim().strip_prefix('=')?;
                // a comment may follow
                Some(value.split(['"', '\'']).nth(1).unwrap_or(value).to_owned())
            })
        };
        let (file, range) = manifests.filter_map(|(file, text)| Some((file, required(&text)?))).next()?;
        (!admits(&range, version)).then(|| format!("{file} asks for `{range}`, and the image has {version}"))
    }
}

/// Whether a variable is set to anything but "off".
fn is_on(value: Option<&String>) -> bool {
    value.is_some_and(|value| !["", "0", "false", "no"].contains(&value.to_lowercase().as_str()))
}

/// Whether a range such as `>=3.11,<4` admits a minor version; what can't be read admits none.
fn admits(range: &str, version: &str) -> bool {
    let version = minor(version);
    range.split(',').map(str::trim).filter(|clause| !clause.is_empty()).all(|clause| {
        let digits = clause.find(|letter: char| letter.is_ascii_digit()).unwrap_or(clause.len());
        let (operator, bound) = clause.split_at(digits);
        let has_patch = bound.split('.').nth(2).is_some_and(|patch| patch.trim() != "*");
        let bound = minor(bound);
        match operator.trim() {
            ">=" => version >= bound,
            "~=" => !has_patch && version >= bound && version.0 == bound.0,
            "==" => !has_patch && version == bound,
            "<" => version < bound,
            "<=" => version <= bound,
            "!=" => version != bound,
            _ => false,
        }
    })
}

/// The first two numbers of a version, `3.11` of `3.11.4`; 0 for one that is none.
pub fn minor(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::admits;

    #[test]
    fn a_range_admits_the_versions_in_it() {
        assert!(admits(">=3.9,<4", "3.11"));
        assert!(admits(">=3.11.4", "3.11"));
        assert!(admits("==3.12.*", "3.12"));
        assert!(!admits(">=3.12", "3.11"));
        assert!(!admits("<3.11", "3.11"));
        assert!(!admits("^3.11", "3.11"));
        assert!(!admits("==3.11.4", "3.11"));
        assert!(!admits("~=3.10.2", "3.11"));
    }
}
