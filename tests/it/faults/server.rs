//! A server that does what it is told, byte by byte, on raw TCP: no HTTP library would send most of this.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One thing that the server does.
#[derive(Clone, Debug)]
pub enum Step {
    Send(Vec<u8>),
    /// Byte by byte, with a pause before each.
    Drip(Vec<u8>, Duration),
    Wait(Duration),
    /// Nothing more, until the client goes away.
    Hang,
    /// RST.
    Reset,
    /// FIN.
    Close,
}

/// What happens to one request.
#[derive(Clone, Debug)]
pub struct Script {
    pub steps: Vec<Step>,
    /// Plays when the connection is accepted, without reading a request.
    pub on_accept: bool,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub head: String,
    pub body: serde_json::Value,
}

pub struct Faulty {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Received>>>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    scripts: Mutex<VecDeque<Script>>,
    /// Plays when the scripts are used up.
    rest: Script,
    seen: Arc<Mutex<Vec<Received>>>,
}

impl Faulty {
    /// The first request gets the first script; later ones get `rest`.
    pub async fn start(scripts: Vec<Script>, rest: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::new(Shared { scripts: Mutex::new(scripts.into()), rest, seen: Arc::clone(&seen) });
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                // An error means that the client went away, which is what many scripts are about.
                tokio::spawn(async move {
                    let _ = shared.serve(stream).await;
                });
            }
        });
        Self { address, seen, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub fn seen(&self) -> Vec<Received> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        if let Some(script) = self.on_accept() {
            return play(&mut stream, script).await.map(drop);
        }
        let mut buffer = Vec::new();
        while let Some(request) = read(&mut stream, &mut buffer).await? {
            self.seen.lock().unwrap().push(request);
            let script = self.scripts.lock().unwrap().pop_front().unwrap_or_else(|| self.rest.clone());
            if !play(&mut stream, script).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    fn on_accept(&self) -> Option<Script> {
        let mut scripts = self.scripts.lock().unwrap();
        let next = scripts.front().unwrap_or(&self.rest);
        if !next.on_accept {
            return None;
        }
        scripts.pop_front().or_else(|| Some(self.rest.clone()))
    }
}

/// Plays a script; false when the connection is over.
async fn play(stream: &mut TcpStream, script: Script) -> std::io::Result<bool> {
    for step in script.steps {
        match step {
            Step::Send(bytes) => stream.write_all(&bytes).await?,
            Step::Drip(bytes, pause) => {
                for byte in bytes {
                    tokio::time::sleep(pause).await;
                    stream.write_all(&[byte]).await?;
                }
            }
            Step::Wait(pause) => tokio::time::sleep(pause).await,
            Step::Hang => {
                let mut sink = [0; 1024];
                while stream.read(&mut sink).await? > 0 {}
                return Ok(false);
            }
            Step::Reset => {
                stream.set_zero_linger()?;
                return Ok(false);
            }
            Step::Close => {
                stream.shutdown().await?;
                return Ok(false);
            }
        }
    }
    Ok(true)
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<Option<Received>> {
    let head_end = loop {
        if let Some(at) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    let length = head.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let end = head_end + length.unwrap_or(0usize);
    while buffer.len() < end {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    let body = serde_json::from_slice(&buffer[head_end..end]).unwrap_or_default();
    buffer.drain(..end);
    Ok(Some(Received { head, body }))
}

/// A reply with its length, the connection staying open.
pub fn reply(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Script {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len()).into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    script([Step::Send(bytes)])
}

/// The steps as a script.
pub fn script(steps: impl Into<Vec<Step>>) -> Script {
    Script { steps: steps.into(), on_accept: false }
}

/// The steps, before any request is read.
pub fn on_accept(steps: impl Into<Vec<Step>>) -> Script {
    Script { steps: steps.into(), on_accept: true }
}
