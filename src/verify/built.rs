//! An image and a container that a session made: each goes away with its value.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::engine::{Engine, Finished};

/// An image that this session built; removed when dropped.
#[derive(Debug)]
pub struct Image<'a> {
    engine: &'a Engine,
    /// Its tag.
    pub tag: String,
    /// How long the build took.
    pub took: Duration,
}

impl<'a> Image<'a> {
    /// Builds a Dockerfile over a context. `options` are the user's own words for the builder.
    ///
    /// # Errors
    /// The end of what the builder said, if it failed; as [`Engine::ask`] otherwise.
    pub fn build(
        engine: &'a Engine,
        role: &str,
        dockerfile: &Path,
        context: &Path,
        options: &[String],
    ) -> Result<Self> {
        let mut image = Self { engine, tag: engine.unique(role), took: Duration::ZERO };
        let (file, folder, label) = (dockerfile.to_string_lossy(), context.to_string_lossy(), engine.label());
        // the classic builder keeps the container of a step that failed, unless told otherwise
        let mut arguments = vec!["build", "--force-rm", "--label", &label, "-t", &image.tag, "-f", &file];
        arguments.extend(options.iter().map(String::as_str));
        arguments.push(&folder);
        let finished = engine.work(&arguments)?;
        image.took = finished.took;
        finished.success()?;
        Ok(image)
    }

    /// The part of `image inspect` that says how containers start.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub fn configuration(&self) -> Result<Value> {
        let text = self.inspect("{{json .Config}}")?;
        serde_json::from_str(&text).context("the engine's description of the image is no JSON")
    }

    /// Its size in bytes, as the engine counts it.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub fn size(&self) -> Result<u64> {
        Ok(self.inspect("{{.Size}}")?.trim().parse()?)
    }

    /// How many layers it has.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub fn layers(&self) -> Result<usize> {
        Ok(self.inspect("{{len .RootFS.Layers}}")?.trim().parse()?)
    }

    fn inspect(&self, format: &str) -> Result<String> {
        self.engine.ask(&["image", "inspect", "-f", format, &self.tag])?.success()
    }

    /// Writes all its files into a tar archive, without running anything of it.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub fn export(&self, archive: &Path) -> Result<()> {
        let container = Container::create(self)?;
        let file = archive.to_string_lossy();
        self.engine.work(&["export", "-o", &file, &container.name])?.success()?;
        Ok(())
    }
}

impl Drop for Image<'_> {
    fn drop(&mut self) {
        self.engine.tidy(&["image", "rm", "-f", &self.tag]);
    }
}

/// A container of this session; removed with its volumes when dropped.
#[derive(Debug)]
pub struct Container<'a> {
    engine: &'a Engine,
    /// Its name.
    pub name: String,
}

impl<'a> Container<'a> {
    /// A container that is not started.
    fn create(image: &Image<'a>) -> Result<Self> {
        let container = Self::named(image.engine);
        container.call("create", &[], image, &["/none".to_owned()])?.success()?;
        Ok(container)
    }

    /// Starts an image in the background.
    ///
    /// # Errors
    /// If the engine can't start it; as [`Engine::ask`] otherwise.
    pub fn start(image: &Image<'a>, options: &[&str], arguments: &[String]) -> Result<Self> {
        let container = Self::named(image.engine);
        container.call("run", &[&["-d"], options].concat(), image, arguments)?.success()?;
        Ok(container)
    }

    /// Runs an image to its end.
    ///
    /// # Errors
    /// As [`Engine::ask`]; what the program itself says of its end is no error.
    pub fn finish(image: &Image<'a>, options: &[&str], arguments: &[String]) -> Result<Finished> {
        Self::named(image.engine).call("run", options, image, arguments)
    }

    fn named(engine: &'a Engine) -> Self {
        Self { engine, name: engine.unique("run") }
    }

    fn call(
        &self,
        verb: &str,
        options: &[&str],
        image: &Image<'_>,
        arguments: &[String],
    ) -> Result<Finished> {
        let label = self.engine.label();
        let fixed = [verb, "--label", &label, "--name", &self.name];
        let words: Vec<&str> = fixed
            .into_iter()
            .chain(options.iter().copied())
            .chain([image.tag.as_str()])
            .chain(arguments.iter().map(String::as_str))
            .collect();
        self.engine.work(&words)
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub fn runs(&self) -> Result<bool> {
        let state = self.engine.ask(&["inspect", "-f", "{{.State.Running}}", &self.name])?.success()?;
        Ok(state.trim() == "true")
    }

    /// `healthy`, `unhealthy`, `starting`, or nothing where the image has no health check.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub fn health(&self) -> Result<String> {
        let format = "{{if .State.Health}}{{.State.Health.Status}}{{end}}";
        Ok(self.engine.ask(&["inspect", "-f", format, &self.name])?.success()?.trim().to_owned())
    }

    /// The address on this machine of one of its ports.
    ///
    /// # Errors
    /// If the port is not published.
    pub fn address(&self, port: u16) -> Result<String> {
        let text = self.engine.ask(&["port", &self.name, &port.to_string()])?.success()?;
        Ok(text.lines().next().context("the port is not published")?.to_owned())
    }

    /// What it wrote so far, both streams.
    pub fn said(&self) -> String {
        let finished = self.engine.ask(&["logs", &self.name]);
        finished.map(|finished| format!("{}{}", finished.stdout, finished.stderr)).unwrap_or_default()
    }

    /// What a command inside says; nothing where the image has no such program.
    pub fn inside(&self, command: &[&str]) -> String {
        let words: Vec<&str> = ["exec", &self.name].into_iter().chain(command.iter().copied()).collect();
        self.engine.ask(&words).map(|finished| finished.stdout).unwrap_or_default()
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        self.engine.tidy(&["rm", "-f", "-v", &self.name]);
    }
}
