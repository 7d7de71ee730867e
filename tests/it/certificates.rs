//! Servers that cannot prove who they are: the run stops at once, naming the host and the reason. The certificates and
//! the server come from the `openssl` program; without it the test says that it was skipped.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use crate::support::{Folder, items_jsonl, said};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const CONFIG: &str = "[ca]\ndefault_ca=x\n[x]\ndir=.\ndatabase=./index\nserial=./serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\ncopy_extensions=copy\nunique_subject=no\n[p]\ncommonName=supplied\n";

fn openssl(folder: &Path, args: &[&str]) {
    let done = Command::new("openssl").args(args).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A key and a certificate for `host`, valid from and to these instants, signed by the folder's authority.
fn certificate(folder: &Path, name: &str, host: &str, from: &str, to: &str) {
    let (key, request, signed) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
    let san = format!("subjectAltName=DNS:{host}");
    let subject = format!("/CN={host}");
    openssl(
        folder,
        &[
            "req", "-newkey", "rsa:2048", "-nodes", "-keyout", &key, "-out", &request, "-subj", &subject, "-addext",
            &san,
        ],
    );
    openssl(
        folder,
        &[
            "ca",
            "-batch",
            "-notext",
            "-config",
            "ca.cnf",
            "-cert",
            "ca.pem",
            "-keyfile",
            "ca.key",
            "-in",
            &request,
            "-out",
            &signed,
            "-startdate",
            from,
            "-enddate",
            to,
        ],
    );
}

/// `openssl s_server` with that certificate, and the port that it took.
fn serve(folder: &Path, name: &str, more: &[&str]) -> (Child, u16) {
    let (key, signed) = (format!("{name}.key"), format!("{name}.pem"));
    let mut child = Command::new("openssl")
        .args(["s_server", "-accept", "127.0.0.1:0", "-cert", &signed, "-key", &key, "-www"])
        .args(more)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let accept = lines.map_while(Result::ok).find(|line| line.starts_with("ACCEPT")).unwrap();
    let port = accept.rsplit(':').next().unwrap().trim().parse().unwrap();
    (child, port)
}

#[test]
fn a_server_that_cannot_prove_who_it_is_ends_the_run_at_once() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: openssl is not installed");
        return;
    }
    let folder = Folder::new();
    let path = folder.path();
    folder.file("ca.cnf", CONFIG);
    folder.file("index", "");
    folder.file("serial", "1000\n");
    folder.file("items.jsonl", items_jsonl(3));
    openssl(
        path,
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-subj",
            "/CN=test authority",
            "-days",
            "2",
        ],
    );
    let (past, future) = ("20200101000000Z", "20990101000000Z");
    certificate(path, "good", "localhost", past, future);
    certificate(path, "expired", "localhost", past, "20200201000000Z");
    certificate(path, "early", "localhost", "20980101000000Z", future);
    certificate(path, "other", "elsewhere.test", past, future);
    // Name, trusted authority or none, more of the server, what is said.
    let cases: [(&str, bool, &[&str], &str); 5] = [
        ("good", false, &[], "UnknownIssuer"),
        ("expired", true, &[], "certificate expired"),
        ("early", true, &[], "certificate not valid yet"),
        ("other", true, &[], "not valid for name"),
        ("good", true, &["-tls1_1"], ""),
    ];
    for (name, trusted, more, reason) in cases {
        let (mut server, port) = serve(path, name, more);
        let model = format!("https://localhost:{port}/v1#m");
        let mut command = folder.command(&["label", "--items", "items.jsonl", "--out", "l.jsonl", "--model", &model]);
        command.env("NO_PROXY", "localhost");
        if trusted {
            command.env("SSL_CERT_FILE", path.join("ca.pem"));
        }
        let said = said(&mut command);
        server.kill().unwrap();
        server.wait().unwrap();
        assert_eq!(said.code, 3, "{name}: {said:?}");
        assert!(said.err.contains("no secure connection") && said.err.contains("localhost"), "{name}: {}", said.err);
        assert!(said.err.contains(reason) && said.err.contains("hint: "), "{name}: {}", said.err);
    }
}
