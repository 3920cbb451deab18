//! The program as a user meets it: `tests/cmd/*.toml` say what goes in and what comes out, and so does the README.

#[test]
fn commands() {
    trycmd::TestCases::new().case("tests/cmd/*.toml").run();
}
