//! Closed lists of words in rule files: one definition each, for the loader, its messages and the documentation.

/// The word of a list that is most like another, where one is like it at all.
pub(super) fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |word: &str| similar::TextDiff::from_chars(written, word).ratio();
    let best = known.map(|word| (likeness(word), word)).max_by(|one, other| one.0.total_cmp(&other.0))?;
    (best.0 >= 0.6).then_some(best.1)
}

/// Why a word is none of a list.
pub(super) fn unknown(what: &str, written: &str, known: &[&str]) -> String {
    match nearest(written, known.iter().copied()) {
        Some(word) => format!("no {what} is called `{written}`; did you mean `{word}`?"),
        None => format!("no {what} is called `{written}`; there are: {}", known.join(", ")),
    }
}

/// An enum whose variants are words of rule files.
macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident, $what:literal: $($(#[doc = $variant_doc:literal])+ $variant:ident = $word:literal,)+) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
        #[serde(try_from = "String")]
        pub enum $name { $($(#[doc = $variant_doc])+ $variant,)+ }

        impl $name {
            /// Every word of the list.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The word in rule files.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(written: String) -> Result<Self, String> {
                match written.as_str() {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::recipe::word::unknown($what, &written, Self::WORDS)),
                }
            }
        }
    };
}

pub(super) use words;
