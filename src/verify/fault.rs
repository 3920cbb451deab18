//! Why a verification came to no verdict: whose fault it is, in one value. A difference between two images is no fault but a
//! [`Finding`](super::finding::Finding).

use std::fmt;
use std::path::PathBuf;

/// Why there is no verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The engine is not there or does not answer.
    Engine(String),
    /// The engine is there, but not for this user.
    Denied(String),
    /// The disk is full, the engine's or this machine's.
    Full(String),
    /// The file as it was does not build: not a matter of the conversion.
    Original(String),
    /// The image of the file as it was does not do what the check asks for, so nothing can be compared.
    OriginalRun(String),
    /// A build or run took longer than allowed.
    Late {
        /// The bound in seconds.
        seconds: u64,
        /// What was said until then.
        log: PathBuf,
    },
    /// The user asked to stop.
    Stopped,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(why) => write!(out, "no engine to verify with: {why}"),
            Self::Denied(why) => write!(out, "the engine does not let this user in: {why}"),
            Self::Full(why) => write!(out, "there is no room left to build in: {why}"),
            Self::Original(why) => {
                write!(out, "the original does not build, so there is nothing to compare with: {why}")
            }
            Self::OriginalRun(why) => {
                write!(out, "the original image itself fails, so there is nothing to compare with: {why}")
            }
            Self::Late { seconds, log } => {
                write!(out, "no end after {seconds} s (--timeout); what it said is in {}", log.display())
            }
            Self::Stopped => write!(out, "stopped"),
        }
    }
}

impl std::error::Error for Fault {}

/// Whether a failure is about the disk, whoever it befell.
pub(super) fn is_full(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    ["no space left on device", "disk quota exceeded"].iter().any(|words| said.contains(words))
}
