//! Plausible Dockerfiles of the three languages, with the files that they copy.

use crate::seed::{File, Seed};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use std::fmt::Write as _;

/// Lines that stand between the installation and the start, and mean little for the plan.
const DECLARATIONS: &[&str] = &[
    "ENV APP_MODE=production",
    "ENV LANG=C.UTF-8 TZ=Europe/Berlin",
    "EXPOSE 8080",
    "LABEL org.example.team=\"a b\"",
    "VOLUME /data",
    "STOPSIGNAL SIGINT",
    "HEALTHCHECK CMD curl -f http://localhost:8080/ || exit 1",
    "RUN apt-get update && apt-get install -y procps",
    "ARG BUILD_DATE",
    "RUN mkdir -p /data && chown 1000:1000 /data",
    "# what follows is for people\nRUN useradd --create-home someone\nUSER someone",
];

/// What is fetched on the way.
const FETCHES: &[&str] = &[
    "RUN mkdir -p /models && curl -fsSL -o /models/words.bin https://downloads.example.com/words.bin",
    "RUN wget -qO /tmp/d.zip https://downloads.example.com/d.zip && unzip -q /tmp/d.zip -d /opt/d && rm /tmp/d.zip",
    "RUN git clone --depth 1 https://git.example.com/rules.git /opt/rules",
];

/// What one language has to choose from.
struct Language {
    name: &'static str,
    bases: &'static [&'static str],
    packages: &'static [&'static str],
    /// Manifests, and the files of the program.
    files: &'static [(&'static str, &'static str)],
    /// What installs or builds, COPY lines included.
    builds: &'static [&'static str],
    starts: &'static [&'static str],
}

const LANGUAGES: &[Language] = &[
    Language {
        name: "python",
        bases: &["python:3.11", "python:3.12-bookworm", "python:3.12-slim", "python:3.9-bullseye"],
        packages: &["gcc", "build-essential", "libpq-dev", "curl", "git", "libxml2-dev", "gettext"],
        files: &[
            ("requirements.txt", "flask==3.0.0\nrequests==2.31.0\n"),
            ("app.py", "import flask\n\nprint(open('settings.toml').read())\n"),
            ("settings.toml", "[a]\n"),
            ("start.sh", "#!/bin/sh\nset -e\ncurl -fs http://localhost/ || true\nexec python app.py\n"),
            ("setup.sh", "#!/bin/sh\nset -e\nmkdir -p /var/lib/app\ntouch /var/lib/app/state\n"),
        ],
        builds: &[
            "COPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .",
            "COPY . .\nRUN pip install --no-cache-dir -r requirements.txt",
            "ADD . ./\nRUN pip install --upgrade pip && pip install -r requirements.txt",
            "COPY . .\nRUN apt-get update && apt-get install -y libpq5 gcc && pip install -r requirements.txt && apt-get purge -y gcc && rm -rf /var/lib/apt/lists/*",
            "COPY . .\nRUN python -m venv /venv && /venv/bin/pip install -r requirements.txt\nENV PATH=/venv/bin:$PATH",
            "COPY . .\nRUN pip install -r requirements.txt\nRUN chmod +x start.sh && sh ./setup.sh",
            "COPY . .\nRUN pip install --user -r requirements.txt; python app.py --compile && rm -f settings.toml",
            "COPY requirements.txt app.py settings.toml start.sh ./\nRUN pip install flask \\\n    # for calls\n    requests",
        ],
        starts: &[
            "CMD [\"python\", \"app.py\"]",
            "CMD python app.py",
            "ENTRYPOINT [\"python\"]\nCMD [\"app.py\"]",
            "CMD [\"sh\", \"start.sh\"]",
            "CMD [\"flask\", \"run\"]",
        ],
    },
    Language {
        name: "go",
        bases: &["golang:1.22", "golang:1.22-bookworm", "golang:1.23-alpine", "golang:latest"],
        packages: &["git", "make", "curl", "ca-certificates", "tzdata"],
        files: &[
            ("go.mod", "module example.org/app\n\ngo 1.22\n"),
            ("main.go", "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(1) }\n"),
            ("static/index.html", "<p>\n"),
        ],
        builds: &[
            "COPY . .\nRUN go build -o /usr/local/bin/app .",
            "COPY go.mod ./\nRUN go mod download\nCOPY . .\nRUN CGO_ENABLED=0 go build -o app .",
            "COPY . .\nRUN go generate ./... && go build -o /out/app . && mv /out/app /usr/bin/app && chmod 755 /usr/bin/app",
            "COPY . .\nRUN go install . && mkdir -p /var/log/app && ln -s /go/bin/app /usr/local/bin/tool",
            "ADD . .\nRUN go vet ./... && go build -o app",
        ],
        starts: &["CMD [\"app\"]", "CMD [\"./app\"]", "ENTRYPOINT [\"./app\", \"-v\"]", "CMD go run ."],
    },
    Language {
        name: "rust",
        bases: &["rust:1.80", "rust:1.80-bookworm", "rust:1.80-slim", "rust:latest"],
        packages: &["pkg-config", "libssl-dev", "cmake", "curl", "ca-certificates"],
        files: &[
            ("Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
            ("Cargo.lock", "version = 3\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n"),
            ("src/main.rs", "fn main() {}\n"),
        ],
        builds: &[
            "COPY . .\nRUN cargo build --release",
            "COPY Cargo.toml Cargo.lock ./\nCOPY src src\nRUN cargo build --release --locked",
            "COPY . .\nRUN cargo install --path .",
            "COPY . .\nRUN cargo build --release && cp target/release/app /usr/local/bin/app && rm -rf target",
            "COPY . .\nRUN cargo test; cargo build --release && mkdir -p /var/lib/app && strip target/release/app",
        ],
        starts: &[
            "CMD [\"./target/release/app\"]",
            "CMD [\"app\"]",
            "CMD cargo run --release",
            "ENTRYPOINT ./target/release/app",
        ],
    },
];

/// How packages are installed on a base.
fn installs(base: &str, packages: &[&str], tidy: bool) -> Option<String> {
    if packages.is_empty() {
        return None;
    }
    let list = packages.join(" ");
    Some(match (base.contains("alpine"), tidy) {
        (true, _) => format!("RUN apk add --no-cache {list}"),
        (false, true) => format!(
            "RUN apt-get update && \\\n    apt-get install -y --no-install-recommends {list} && \\\n    rm -rf /var/lib/apt/lists/*"
        ),
        (false, false) => format!("RUN apt-get update && apt-get install -y {list}"),
    })
}

/// A generated file with its context.
pub(crate) fn seeds() -> impl Strategy<Value = Seed> {
    (0..LANGUAGES.len()).prop_flat_map(|language| {
        let language = &LANGUAGES[language];
        let packages = subsequence(language.packages, 0..=3);
        let declarations = subsequence(DECLARATIONS, 0..=4);
        let fetches = subsequence(FETCHES, 0..=1);
        let workdir = select(&["/app", "/srv/app", "/code"][..]);
        let choices = (select(language.bases), select(language.builds), select(language.starts));
        (choices, packages, declarations, fetches, workdir, any::<bool>()).prop_map(
            move |((base, build, start), packages, declarations, fetches, workdir, tidy)| {
                let mut text = format!("FROM {base}\n\nWORKDIR {workdir}\n");
                let mut line = |line: &str| writeln!(text, "{line}").expect("text takes all");
                installs(base, &packages, tidy).iter().for_each(|run| line(run));
                line(build);
                fetches.iter().for_each(|fetch| line(fetch));
                let is_debian = !base.contains("alpine");
                declarations
                    .iter()
                    .filter(|one| is_debian || !(one.contains("useradd") || one.contains("apt-get")))
                    .for_each(|one| line(one));
                // `cargo run` of what was removed compiles at every start: refused or not, as the last RUN is cut
                let start = if build.contains("rm -rf target") { language.starts[1] } else { start };
                line(start);
                let files = language.files.iter().map(|(path, content)| File {
                    path: (*path).to_owned(),
                    content: content.as_bytes().to_vec(),
                    executable: path.ends_with(".sh"),
                });
                Seed {
                    name: language.name.to_owned(),
                    text,
                    files: files.collect(),
                    links: Vec::new(),
                    ignore: None,
                }
            },
        )
    })
}

#[test]
fn most_of_what_is_generated_is_converted() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let converted = (0..100).filter(|_| {
        let seed = seeds().new_tree(&mut runner).expect("a seed").current();
        matches!(seed.outcome(), restage::pipeline::Outcome::Rewritten(_))
    });
    let converted = converted.count();
    assert!(converted > 40, "only {converted} of 100 are converted");
    assert!(converted < 100, "nothing is refused");
}
