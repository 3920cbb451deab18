//! Any shell text is read or left alone, quickly, and every span lies in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use restage::dockerfile::shell::{Shell, parse_plain};
use restage::dockerfile::variables::Variables;

fuzz_target!(|text: &str| {
    if let Shell::Commands(commands) = parse_plain(text) {
        for command in &commands {
            assert!(text.get(command.span.start..command.span.end).is_some(), "{:?}", command.span);
            for word in &command.words {
                assert!(text.get(word.span.start..word.span.end).is_some(), "{word:?}");
            }
        }
    }
    let _ = Variables::global().expand(text, '\\');
});
