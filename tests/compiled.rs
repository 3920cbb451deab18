//! What restage makes of small Go and Rust files, each named for what it shows: lines that must be there, and lines that must not.

#![expect(clippy::expect_used, reason = "a test")]

use restage::context::Context;
use restage::context::map_files::MapFiles;
use restage::knowledge::Knowledge;
use restage::pipeline::{Outcome, Request, restage};
use restage::recipe::Recipes;
use std::sync::LazyLock;

/// A file with its build context, and what must and must not be in the result (its notes included).
struct Shown {
    shows: &'static str,
    dockerfile: &'static str,
    files: &'static [(&'static str, &'static str)],
    has: &'static [&'static str],
    lacks: &'static [&'static str],
}

static RECIPES: LazyLock<Recipes> = LazyLock::new(|| Recipes::load(&[]).expect("the embedded rules load"));

/// The result and its notes as one text.
fn converted(dockerfile: &str, files: &[(&str, &str)]) -> String {
    let knowledge = Knowledge::default();
    let files = files.iter().fold(MapFiles::default(), |files, (path, text)| files.file(*path, *text));
    let context = Context::new(Box::new(files), None);
    let request = Request {
        text: dockerfile,
        context: Some(&context),
        recipes: &RECIPES,
        knowledge: &knowledge,
        runtime: None,
        keep: &[],
        artifacts: &[],
    };
    let (text, notes) = match restage(&request) {
        Outcome::Rewritten(rewrite) => (rewrite.text, rewrite.notes),
        Outcome::Unchanged(note) => (String::new(), vec![note]),
        Outcome::Refused(notes) => (String::new(), notes),
    };
    let said = notes.iter().map(|note| {
        format!("{}[{}]: {}", format!("{:?}", note.level).to_lowercase(), note.reason.id(), note.message)
    });
    said.chain([text]).collect::<Vec<_>>().join("\n")
}

fn check(rows: &[Shown]) {
    for row in rows {
        let text = converted(row.dockerfile, row.files);
        for wanted in row.has {
            assert!(text.contains(wanted), "{}: `{wanted}` is missing in\n{text}", row.shows);
        }
        for unwanted in row.lacks {
            assert!(!text.contains(unwanted), "{}: `{unwanted}` is in\n{text}", row.shows);
        }
    }
}

const GO_MOD: (&str, &str) = ("go.mod", "module example.com/shop\n\ngo 1.22\n");
const MAIN: (&str, &str) = ("main.go", "package main\n\nfunc main() {}\n");

#[test]
fn where_go_puts_its_programs() {
    check(&[
        Shown {
            shows: "a remote package without a version may be a library",
            dockerfile: "FROM golang:1.14\nRUN go get github.com/jmoiron/sqlx && go install github.com/jmoiron/sqlx\nWORKDIR /go/src/app\nCOPY . .\nRUN go build -o /go/bin/app .\nCMD [\"app\"]\n",
            files: &[MAIN],
            has: &["COPY --from=builder /go/bin/app /go/bin/app"],
            lacks: &["/go/bin/sqlx"],
        },
        Shown {
            shows: "the module that `go mod init` names, in a RUN before",
            dockerfile: "FROM golang:1.22\nWORKDIR /w\nRUN go mod init acme.dev/ship\nCOPY main.go .\nRUN go build\nCMD [\"./ship\"]\n",
            files: &[MAIN],
            has: &["COPY --from=builder /w/ship /w/ship"],
            lacks: &["refusal"],
        },
        Shown {
            shows: "a package below a module that `go mod init` names",
            dockerfile: "FROM golang:1.22\nWORKDIR /w\nCOPY . .\nRUN go mod init ship && go install ./cmd/dock\nCMD [\"dock\"]\n",
            files: &[("cmd/dock/main.go", "package main\n\nfunc main() {}\n")],
            has: &["COPY --from=builder /go/bin/dock /go/bin/dock"],
            lacks: &["/go/bin/ship"],
        },
        Shown {
            shows: "several programs go into a directory, whatever its name looks like",
            dockerfile: "FROM golang:1.22\nWORKDIR /w\nCOPY . .\nRUN mkdir bin && go build -o bin ./cmd/...\nCMD [\"bin/one\"]\n",
            files: &[GO_MOD, ("cmd/one/main.go", "package main\n"), ("cmd/two/main.go", "package main\n")],
            has: &["COPY --from=builder /w/bin/one", "COPY --from=builder /w/bin/two"],
            lacks: &["COPY --from=builder /w/bin /w/bin"],
        },
        Shown {
            shows: "a workspace without a module in its root",
            dockerfile: "FROM golang:1.22\nWORKDIR /w\nCOPY . .\nRUN go build -o /usr/local/bin/ ./api/cmd/serve example.com/tool\nCMD [\"serve\"]\n",
            files: &[
                ("go.work", "go 1.22\n\nuse (\n\t./api\n\t./tool\n)\n"),
                ("api/go.mod", "module example.com/api\n\ngo 1.22\n"),
                ("api/cmd/serve/main.go", "package main\n"),
                ("tool/go.mod", "module example.com/tool\n\ngo 1.22\n"),
                ("tool/main.go", "package main\n"),
            ],
            has: &["/usr/local/bin/serve", "/usr/local/bin/tool"],
            lacks: &["refusal"],
        },
        Shown {
            shows: "a tool with a version that only the build calls stays in the builder",
            dockerfile: "FROM golang:1.22\nRUN go install github.com/swaggo/swag/cmd/swag@v1.16.3\nWORKDIR /w\nCOPY . .\nRUN swag init && go build -o app .\nCMD [\"./app\"]\n",
            files: &[GO_MOD, MAIN],
            has: &["COPY --from=builder /w/app /w/app"],
            lacks: &["COPY --from=builder /go/bin/swag"],
        },
        Shown {
            shows: "a tool with a version that nothing of the build calls was meant for the image",
            dockerfile: "FROM golang:1.22\nRUN go install github.com/pressly/goose/v3/cmd/goose@v3.20.0\nWORKDIR /w\nCOPY . .\nRUN go build -o app .\nCMD [\"./app\"]\n",
            files: &[GO_MOD, MAIN],
            has: &["COPY --from=builder /go/bin/goose /go/bin/goose"],
            lacks: &[],
        },
    ]);
}

#[test]
fn development_servers_are_refused() {
    for command in
        ["\"bee\", \"run\"", "\"gin\", \"-i\", \"run\"", "\"/go/bin/air\"", "\"sh\", \"-c\", \"buffalo dev\""]
    {
        let dockerfile = format!(
            "FROM golang:1.20\nRUN go install example.com/some/tool@latest\nWORKDIR /w\nCOPY . .\nCMD [{command}]\n"
        );
        let text = converted(&dockerfile, &[GO_MOD, MAIN]);
        assert!(text.contains("refusal[needs-toolchain]"), "{command}: {text}");
    }
}

/// Lines between COPY and the build that a download before them would lack.
#[test]
fn no_download_is_added_before_its_set_up() {
    let files = [
        ("go.mod", "module example.com/shop\n\ngo 1.22\n\nrequire github.com/acme/private v1.0.0\n"),
        ("go.sum", "github.com/acme/private v1.0.0 h1:aa=\n"),
        MAIN,
    ];
    let with = |lines: &str| {
        converted(
            &format!("FROM golang:1.22-bookworm\nWORKDIR /w\nCOPY . .\n{lines}\nCMD [\"./app\"]\n"),
            &files,
        )
    };
    assert!(with("RUN go build -o app .").contains("RUN go mod download"), "without a set-up it is");
    assert!(with("RUN mkdir -p out && go vet ./... && go build -o app .").contains("RUN go mod download"));
    for lines in [
        "RUN go env -w GOPROXY=file:///proxy\nRUN go build -o app .",
        "RUN go env -w GONOSUMDB=example.com && go build -o app .",
        "RUN git config --global url.\"https://x@github.com/\".insteadOf \"https://github.com/\" && go build -o app .",
        "RUN GOPROXY=https://proxy.example.com go build -o app .",
        "RUN export GONOSUMDB=* && go build -o app .",
        "RUN --mount=type=secret,id=netrc,target=/root/.netrc go build -o app .",
        "RUN --mount=type=ssh go build -o app .",
        "RUN mkdir -p /root/.ssh && ssh-keyscan github.com >> /root/.ssh/known_hosts && go build -o app .",
        "COPY ca.crt /usr/local/share/ca-certificates/\nRUN update-ca-certificates && go build -o app .",
        "ENV GIT_SSL_CAINFO=/ca.pem\nRUN go build -o app .",
    ] {
        let text = with(lines);
        assert!(!text.contains("RUN go mod download"), "{lines}:\n{text}");
    }
}

const CARGO: (&str, &str) =
    ("Cargo.toml", "[package]\nname = \"api\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
const LOCK: (&str, &str) =
    ("Cargo.lock", "version = 3\n\n[[package]]\nname = \"api\"\nversion = \"0.1.0\"\n");
const RUST_MAIN: (&str, &str) = ("src/main.rs", "fn main() {}\n");

#[test]
fn where_cargo_puts_its_programs() {
    check(&[
        Shown {
            shows: "a name that a script calls and no crate makes is not copied; what is installed for the image is",
            dockerfile: "FROM rust:1.80-bookworm\nWORKDIR /app\nCOPY . .\nRUN cargo install --path . && cargo install diesel_cli\nENTRYPOINT [\"./start.sh\"]\n",
            files: &[
                CARGO,
                LOCK,
                RUST_MAIN,
                (
                    "start.sh",
                    "#!/bin/sh\n/usr/local/cargo/bin/migrations up || true\ndiesel setup\nexec api\n",
                ),
            ],
            has: &[
                "COPY --from=builder /usr/local/cargo/bin/diesel ",
                "COPY --from=builder /usr/local/cargo/bin/api ",
            ],
            lacks: &["/bin/migrations", "/bin/diesel_cli"],
        },
        Shown {
            shows: "subcommands of cargo are nothing without it",
            dockerfile: "FROM rust:1.80-bookworm\nRUN cargo install cargo-chef sccache\nWORKDIR /app\nCOPY . .\nRUN cargo chef prepare && cargo build --release\nCMD [\"target/release/api\"]\n",
            files: &[CARGO, LOCK, RUST_MAIN],
            has: &["COPY --from=builder /app/target/release/api"],
            lacks: &["/bin/cargo-chef"],
        },
        Shown {
            shows: "the lock file of a tree that is removed after the build",
            dockerfile: "FROM rust:1.80-bookworm\nCOPY . /build\nRUN cd /build && cargo build --release && mv target/release/api /usr/bin/ && rm -rf /build\nCMD [\"api\"]\n",
            files: &[CARGO, LOCK, RUST_MAIN],
            has: &["COPY --from=builder /usr/bin/api /usr/bin/api"],
            lacks: &["libssl3", "assumption"],
        },
        Shown {
            shows: "an example alone, and no binary",
            dockerfile: "FROM rust:1.80-bookworm\nWORKDIR /app\nCOPY . .\nRUN cargo build --release --example serve\nCMD [\"target/release/examples/serve\"]\n",
            files: &[CARGO, LOCK, RUST_MAIN, ("examples/serve.rs", "fn main() {}\n")],
            has: &["COPY --from=builder /app/target/release/examples/serve "],
            lacks: &["/app/target/release/api"],
        },
        Shown {
            shows: "a library for others to link is not opened by the program",
            dockerfile: "FROM rust:1.80-bookworm\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD [\"target/release/api\"]\n",
            files: &[
                (
                    "Cargo.toml",
                    "[package]\nname = \"api\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n",
                ),
                LOCK,
                RUST_MAIN,
                ("src/lib.rs", ""),
            ],
            has: &["COPY --from=builder /app/target/release/api"],
            lacks: &["libapi.so"],
        },
        Shown {
            shows: "a library that libloading finds under a name made at run time",
            dockerfile: "FROM rust:1.80-bookworm\nWORKDIR /app\nCOPY . .\nENV CARGO_TARGET_DIR=/out\nRUN cargo build --release --workspace\nCMD [\"/out/release/api\"]\n",
            files: &[
                (
                    "Cargo.toml",
                    "[package]\nname = \"api\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\nmembers = [\"ext\"]\n",
                ),
                (
                    "ext/Cargo.toml",
                    "[package]\nname = \"my-ext\"\nversion = \"0.1.0\"\n\n[lib]\ncrate_type = [\"dylib\"]\n",
                ),
                ("ext/src/lib.rs", ""),
                LOCK,
                (
                    "src/main.rs",
                    "fn main() { let _ = unsafe { libloading::Library::new(std::env::args().nth(1).unwrap()) }; }\n",
                ),
            ],
            has: &["COPY --from=builder /out/release/libmy_ext.so "],
            lacks: &[],
        },
        Shown {
            shows: "a binary that a feature of the command brings, and a copy of the finished programs",
            dockerfile: "FROM rust:1.80-bookworm\nWORKDIR /app\nCOPY . .\nRUN cargo build --release -F admin -Z unstable-options --artifact-dir /usr/local/bin\nCMD [\"ctl\"]\n",
            files: &[
                (
                    "Cargo.toml",
                    "[package]\nname = \"api\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[features]\nadmin = []\n\n[[bin]]\nname = \"ctl\"\npath = \"src/ctl.rs\"\nrequired-features = [\"admin\"]\n",
                ),
                LOCK,
                ("src/ctl.rs", "fn main() {}\n"),
            ],
            has: &["COPY --from=builder /usr/local/bin/ctl /usr/local/bin/ctl"],
            lacks: &["refusal"],
        },
    ]);
}

/// A small pure program with this body behind its imports.
fn go_with(body: &'static str) -> [(&'static str, &'static str); 2] {
    [GO_MOD, ("main.go", body)]
}

const ON_DEBIAN: &str = "FROM golang:1.22-bookworm\nWORKDIR /app\nCOPY go.mod main.go ./\nRUN go build -o server .\nCMD [\"./server\"]\n";

#[test]
fn a_pure_program_stays_where_its_system_matters() {
    let plain = converted(ON_DEBIAN, &go_with("package main\n\nfunc main() {}\n"));
    assert!(plain.contains("FROM alpine"), "{plain}");
    for body in [
        "package main\n\nimport \"os/exec\"\n\nfunc main() { exec.Command(\"sort\", \"--parallel=2\").Run() }\n",
        "package main\n\nimport \"os/exec\"\n\nfunc main() { exec.Command(\"tar\", \"--zstd\", \"-cf\", \"a\").Run() }\n",
        "package main\n\nimport \"os/user\"\n\nfunc main() { user.Lookup(\"www-data\") }\n",
    ] {
        let text = converted(ON_DEBIAN, &go_with(body));
        assert!(text.contains("FROM debian:bookworm-slim"), "{body}:\n{text}");
    }
}

#[test]
fn archives_and_other_images_may_bring_programs_of_either_c_library() {
    for line in [
        "ADD tool.tgz /opt/tool/",
        "COPY tool.tgz /opt/\nRUN tar xzf /opt/tool.tgz -C /opt/tool",
        "RUN curl -sSL https://downloads.example.com/tool.tar.gz | tar -xz -C /opt/tool",
        "RUN wget -q https://downloads.example.com/tool.zip -O /tmp/tool.zip && unzip /tmp/tool.zip -d /opt/tool",
        "COPY --from=example.com/tools:1 /usr/bin/tool /opt/tool/tool",
    ] {
        let dockerfile = ON_DEBIAN.replacen("WORKDIR", &format!("{line}\nWORKDIR"), 1);
        let files = [GO_MOD, MAIN, ("tool.tgz", "x")];
        let text = converted(&dockerfile, &files);
        assert!(!text.contains("FROM alpine"), "{line}:\n{text}");
    }
}

#[test]
fn zones_that_go_brings_itself_are_a_package_where_it_is_left_behind() {
    let body = "package main\n\nimport \"time\"\n\nfunc main() { time.LoadLocation(\"Europe/Rome\") }\n";
    let on_alpine = ON_DEBIAN.replace("bookworm", "alpine3.20");
    for (dockerfile, body) in [
        (on_alpine.clone(), body),
        (on_alpine.replacen("WORKDIR", "ENV TZ=Europe/Rome\nWORKDIR", 1), "package main\n\nfunc main() {}\n"),
    ] {
        let text = converted(&dockerfile, &go_with(body));
        assert!(text.contains("apk add --no-cache") && text.contains("tzdata"), "{text}");
    }
    let embedded = body.replace("import \"time\"", "import (\n\t\"time\"\n\t_ \"time/tzdata\"\n)");
    let text = converted(&on_alpine, &[GO_MOD, ("main.go", &embedded)]);
    assert!(!text.contains("tzdata"), "{text}");
}

const TREE: &str =
    "FROM golang:1.22-bookworm\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nCMD [\"./server\"]\n";

/// What the runtime gets of the context, where the program's body says what it opens.
#[test]
fn files_that_the_program_may_open() {
    let files = |body: &'static str| {
        [
            GO_MOD,
            ("main.go", body),
            ("conf/app.ini", "x"),
            ("data/a.json", "{}"),
            ("data/b.json", "{}"),
            ("web/index.html", "x"),
            ("k8s/deploy.yaml", "x"),
            ("LICENSE", "x"),
            ("cloudbuild.yaml", "x"),
        ]
    };
    let rows: [(&str, &str, &[&str], &[&str]); 9] = [
        (
            "nothing opens files",
            "func main() {}",
            &[],
            &["conf", "data", "web", "k8s", "LICENSE", "cloudbuild"],
        ),
        (
            "one file by its name",
            "func main() { os.ReadFile(\"data/a.json\") }",
            &["data/a.json"],
            &["b.json", "web", "conf"],
        ),
        (
            "by a constant",
            "const place = \"conf/app.ini\"\n\nfunc main() { os.Open(place) }",
            &["conf"],
            &["web", "data", "k8s"],
        ),
        (
            "a name that is made up below a folder",
            "func main() { os.Open(\"data/\" + os.Args[1]) }",
            &["data"],
            &["web", "k8s"],
        ),
        (
            "a folder that is served",
            "func main() { http.Handle(\"/\", http.FileServer(http.Dir(\"./web\"))) }",
            &["web"],
            &["conf", "k8s"],
        ),
        (
            "any file, but none for deployment",
            "func main() { os.Open(os.Args[1]) }",
            &["conf", "data", "web"],
            &["k8s", "LICENSE", "cloudbuild"],
        ),
        (
            "a license that is shown",
            "func main() { os.ReadFile(\"LICENSE\") }",
            &["LICENSE"],
            &["web", "k8s"],
        ),
        (
            "a file of deployment that is read",
            "func main() { os.ReadFile(\"k8s/deploy.yaml\") }",
            &["k8s"],
            &["web", "cloudbuild"],
        ),
        (
            "joined of parts",
            "func main() { os.Open(filepath.Join(\"data\", \"a.json\")) }",
            &["data"],
            &["web", "k8s"],
        ),
    ];
    for (shows, body, has, lacks) in rows {
        let body: &'static str = Box::leak(format!("package main\n\n{body}\n").into_boxed_str());
        let text = converted(TREE, &files(body));
        let copies: Vec<&str> = text
            .lines()
            .skip_while(|line| !line.starts_with("FROM") || line.contains(" AS "))
            .filter(|line| line.starts_with("COPY") && !line.contains("--from"))
            .collect();
        let copied = copies.join("\n");
        for wanted in has {
            assert!(copied.contains(wanted), "{shows}: `{wanted}` is missing in\n{text}");
        }
        for unwanted in lacks {
            assert!(!copied.contains(unwanted), "{shows}: `{unwanted}` is in\n{text}");
        }
    }
}

/// Files that git ignores: here on one machine and not on another.
#[test]
fn ignored_files_are_copied_where_they_are() {
    let dotenv = "package main\n\nimport \"github.com/joho/godotenv\"\n\nfunc main() { godotenv.Load() }\n";
    let own = "package main\n\nfunc main() { os.ReadFile(\"config.json\") }\n";
    let with = |body: &'static str, more: &[(&str, &str)]| {
        let all: Vec<(&str, &str)> =
            [GO_MOD, ("main.go", body)].into_iter().chain(more.iter().copied()).collect();
        converted(TREE, &all)
    };
    let text = with(dotenv, &[(".gitignore", ".env\n")]);
    assert!(text.contains("COPY .env* ./"), "{text}");
    let text = with(own, &[(".gitignore", "/config.json\n")]);
    assert!(text.contains("COPY config.json* ./"), "{text}");
    let text = with(own, &[(".gitignore", "*.json\n"), ("config.json", "{}")]);
    assert!(text.contains("COPY config.json* ./"), "it is here, and need not be elsewhere: {text}");
    let text = with(own, &[(".gitignore", "bin/\n")]);
    assert!(!text.contains("config.json"), "git would have it: {text}");
}
