//! What a command works on: state, configuration, rubric, judge, model. The shipped data stand in where nothing is named.

use super::text_file::TextFile;
use super::{AppError, Config};
use crate::domain::{Invocation, NanoUsd, Place};
use crate::judge::{JudgeSpec, PARSER, Sampling};
use crate::ledger::{Found, Ledger, VersionError};
use crate::model::clock::TokioClock;
use crate::model::{Client, Endpoint, ModelError, Policy, Resolved, resolve, sim};
use crate::prompt::Prompt;
use crate::rubric::{self, Rubric};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of a rubric.
const LARGEST_RUBRIC: u64 = 1 << 20;
/// The judge when nothing else is said.
const DEFAULT_MODEL: &str = "sim/small";

/// Where a command runs.
#[derive(Debug)]
pub struct Project {
    /// The folder of ledger and cache.
    pub state: PathBuf,
    /// The configuration.
    pub config: Config,
    /// The run's seed.
    pub seed: u64,
}

/// Which judge: one that is made from a rubric and a model, or one that was stored.
#[derive(Clone, Debug, Default)]
pub struct JudgeRequest {
    /// A stored judge. It stays as it is: with its rubric, its model, its sampling; only `model` binds its prompt to
    /// another model, which makes another judge.
    pub stored: Option<Arc<JudgeSpec>>,
    /// A rubric file; the shipped one when absent.
    pub rubric: Option<PathBuf>,
    /// A model; `sim/small` when absent.
    pub model: Option<String>,
    /// Completion tokens at most; the endpoint's when absent.
    pub max_tokens: Option<u32>,
    /// Requests in flight at most; the endpoint's when absent.
    pub concurrency: Option<usize>,
}

/// A simulated model's server; it lives as long as the run.
pub type SimServer = Option<sim::Server>;

/// The data that ship inside the binary.
#[derive(Clone, Copy, Debug)]
pub struct Shipped;

impl Shipped {
    const ITEMS: &'static str = include_str!("../../labels/workplace.items.jsonl");
    const RATINGS: &'static str = include_str!("../../labels/workplace.ratings.jsonl");

    /// Lays the shipped seed labels down in the state folder; returns items and ratings.
    ///
    /// # Errors
    /// [`AppError::System`] when the folder cannot be written.
    pub fn labels(project: &Project) -> Result<(PathBuf, PathBuf), AppError> {
        let folder = project.state.join("shipped");
        std::fs::create_dir_all(&folder).map_err(|e| AppError::system("making", &folder, e))?;
        let lay = |name: &str, text: &str| {
            let path = folder.join(name);
            if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
                return Ok(path);
            }
            write_whole(&path, text.as_bytes()).map(|()| path)
        };
        Ok((lay("workplace.items.jsonl", Self::ITEMS)?, lay("workplace.ratings.jsonl", Self::RATINGS)?))
    }
}

/// Writes a file whole or not at all: temporary file beside it, fsync, rename.
///
/// # Errors
/// [`AppError::System`] when the folder cannot be made or the file not be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), AppError> {
    use std::io::Write as _;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let fault = |e| AppError::system("writing", path, e);
    // A pipe or a device is written to, and not replaced by a file.
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return std::fs::write(path, bytes).map_err(fault);
    }
    std::fs::create_dir_all(folder).map_err(fault)?;
    let mut file = tempfile::Builder::new().prefix(".assessor-").tempfile_in(folder).map_err(fault)?;
    file.write_all(bytes).map_err(fault)?;
    persist(file, path)
}

/// Puts a finished temporary file in its place, durably.
pub(super) fn persist(file: tempfile::NamedTempFile, path: &Path) -> Result<(), AppError> {
    settle(&file, path)?;
    file.persist(path).map_err(|e| AppError::system("writing", path, e.error))?;
    Ok(())
}

/// Makes a finished temporary file durable, and as open as the files of a project are.
pub(super) fn settle(file: &tempfile::NamedTempFile, path: &Path) -> Result<(), AppError> {
    let fault = |e| AppError::system("writing", path, e);
    file.as_file().sync_all().map_err(fault)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // A temporary file is private; a report is not.
        let open = std::fs::Permissions::from_mode(0o644);
        file.as_file().set_permissions(open).map_err(fault)?;
    }
    Ok(())
}

impl Project {
    /// The options that a suggested command has to repeat.
    pub fn invocation(&self) -> Invocation {
        Invocation::of(&self.state, self.config.file.as_deref(), self.seed)
    }

    /// Opens the ledger.
    ///
    /// # Errors
    /// [`AppError::Ledger`].
    pub fn ledger(&self) -> Result<Ledger, AppError> {
        Ok(Ledger::open(&self.state)?)
    }

    /// The stored judge with this name: an alias, or the beginning of a hash.
    ///
    /// # Errors
    /// [`AppError::Version`] when there is none, several begin so, or it is damaged.
    pub fn stored(&self, name: &str) -> Result<Found, AppError> {
        self.ledger()?.version(name).map_err(|error| match (&error, resolve(name, &self.config.model, &|_| None)) {
            (VersionError::Unknown { .. }, Ok(_) | Err(ModelError::NoKey { .. })) => AppError::input(
                format!("there is no judge `{name}`: that is a model"),
                format!("name it with `--model {name}`, or a judge of `assessor judge list`"),
            ),
            _ => error.into(),
        })
    }

    /// Says so where what is no model is a stored judge. A folder of the state that is not there is not made for it.
    fn no_model(&self, error: ModelError) -> AppError {
        let ModelError::Unknown { spec, .. } = &error else { return error.into() };
        let judge = self.state.exists().then(|| self.ledger().ok()?.version(spec).ok()).flatten();
        let Some(judge) = judge else { return error.into() };
        let model = &judge.version.judge.model;
        AppError::input(
            format!("there is no model `{spec}`: that is a stored judge, which asks `{model}`"),
            format!(
                "name a model here, for example `{model}`; a judge is named with `--judge`, in `adapt` with `--from`"
            ),
        )
    }

    /// The rubric that `request` names.
    ///
    /// # Errors
    /// [`AppError`] when the file is missing or wrong, or a stored judge has another.
    pub fn rubric(&self, request: &JudgeRequest) -> Result<Rubric, AppError> {
        if let Some(stored) = &request.stored {
            if request.rubric.is_some() {
                let message = format!("the judge `{}` has its own rubric", stored.name());
                return Err(AppError::input(message, "leave `--rubric` out, or name a model in place of the judge"));
            }
            return Ok(stored.rubric.clone());
        }
        let Some(path) = request.rubric.as_ref().or(self.config.defaults.rubric.as_ref()) else {
            return Ok(rubric::shipped());
        };
        let name = path.display().to_string();
        let hint = "`assessor init` writes the shipped rubric to `rubrics/relevance.toml`, to start from";
        let text = TextFile { what: "rubric", most: LARGEST_RUBRIC, hint }.read(path)?;
        Ok(rubric::load(&name, &text)?)
    }

    /// Gives the rubric of a stored judge the spans that revisions keep and the phrases that they may not have. They are
    /// no part of a version: the rubric file of the same id has them.
    ///
    /// # Errors
    /// [`AppError`] when the project's rubric cannot be used.
    pub(super) fn recall(&self, rubric: &mut Rubric) -> Result<(), AppError> {
        let file = self.rubric(&JudgeRequest::default())?;
        if file.id == rubric.id {
            (rubric.frozen, rubric.forbidden) = (file.frozen, file.forbidden);
        }
        Ok(())
    }

    /// The model that `request` names, without anything being started.
    ///
    /// # Errors
    /// [`AppError::Model`] when there is none of that name; [`AppError::Input`] when a stored judge's model is no longer
    /// where it was.
    pub fn endpoint(&self, request: &JudgeRequest) -> Result<Endpoint, AppError> {
        let bound = request.stored.as_ref().filter(|_| request.model.is_none());
        let named = request.model.as_deref().or(bound.map(|judge| judge.model.as_str()));
        let spec = named.or(self.config.defaults.model.as_deref()).unwrap_or(DEFAULT_MODEL);
        let env = |name: &str| std::env::var(name).ok();
        let resolved = resolve(spec, &self.config.model, &env).map_err(|error| self.no_model(error))?;
        let mut endpoint = match resolved {
            Resolved::Endpoint(endpoint) => *endpoint,
            Resolved::Sim(name) => simulated(&name)?,
        };
        if let Some(judge) = bound {
            keep(judge, request, &mut endpoint)?;
        }
        if let Some(tokens) = request.max_tokens {
            endpoint.max_tokens = tokens;
        }
        if let Some(slots) = request.concurrency {
            endpoint.limits.concurrency = slots.max(1);
        }
        Ok(endpoint)
    }

    /// The judge that `request` describes.
    ///
    /// # Errors
    /// As [`Project::rubric`].
    pub fn judge(&self, request: &JudgeRequest, endpoint: &Endpoint) -> Result<JudgeSpec, AppError> {
        let rubric = self.rubric(request)?;
        let prompt = match &request.stored {
            Some(stored) if request.model.is_none() => return Ok(JudgeSpec::clone(stored)),
            Some(stored) => stored.prompt.clone(),
            None => Prompt::of(&rubric),
        };
        let sampling = Sampling {
            temperature: endpoint.temperature,
            max_tokens: endpoint.max_tokens,
            seed: self.seed,
            extra: endpoint.extra.clone(),
            structured: endpoint.structured,
        };
        let (model, address) = (endpoint.identity.clone(), address(endpoint));
        // A calibration map is of the model that it was fitted to.
        Ok(JudgeSpec { rubric, prompt, model, address, sampling, parser: PARSER, map: None })
    }
}

/// Where an endpoint is asked, as a judge remembers it.
fn address(endpoint: &Endpoint) -> Option<String> {
    (!endpoint.in_process).then(|| format!("{}#{}", endpoint.base_url, endpoint.model))
}

/// Makes the endpoint ask as the stored judge asks. What may have changed since is price, key and limits; a name that
/// leads elsewhere now would be another model under the old judge's name.
fn keep(judge: &JudgeSpec, request: &JudgeRequest, endpoint: &mut Endpoint) -> Result<(), AppError> {
    let (name, model) = (judge.name(), &judge.model);
    let again = format!("to bind its prompt to another model, say so: `--model {model}`");
    if request.max_tokens.is_some() {
        let message = format!("the judge `{name}` has its own limit of tokens");
        return Err(AppError::input(message, format!("leave `--max-tokens` out; {again}")));
    }
    let here = address(endpoint);
    if here != judge.address {
        let at = |address: &Option<String>| address.clone().unwrap_or("this process".to_owned());
        let message =
            format!("the judge `{name}` asks `{model}` at {}; here it is at {}", at(&judge.address), at(&here));
        return Err(AppError::input(message, format!("name the old address in assessor.toml; {again}")));
    }
    let sampling = &judge.sampling;
    (endpoint.temperature, endpoint.max_tokens) = (sampling.temperature, sampling.max_tokens);
    (endpoint.extra, endpoint.structured) = (sampling.extra.clone(), sampling.structured);
    Ok(())
}

/// The endpoint of a simulated model; its address comes with [`connect`].
fn simulated(name: &str) -> Result<Endpoint, AppError> {
    let identity = format!("sim/{name}");
    let Some(price) = sim::price(&identity) else {
        let known = sim::MODELS.iter().map(|m| format!("`{}`", m.name)).collect::<Vec<_>>().join(", ");
        return Err(AppError::input(format!("there is no simulated model `{identity}`"), format!("there are {known}")));
    };
    let mut endpoint = Endpoint::in_process(&identity, "http://127.0.0.1:0/v1", &identity);
    endpoint.price = Some(price);
    Ok(endpoint)
}

/// Whether files can be written into a folder that may not be there yet. Nothing is left of the attempt.
///
/// # Errors
/// [`AppError::Input`] when they cannot.
pub fn can_write(folder: &Path) -> Result<(), AppError> {
    let above = folder.ancestors().find(|above| above.exists());
    let there = above.filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::tempfile_in(there).map(|_| ()).map_err(|e| AppError::Input {
        message: format!("no report can be written here: {e}"),
        place: Some(Place::file(folder.display().to_string())),
        hint: "name another folder with `--report DIR`, or write none: `--no-report`".into(),
    })
}

/// A name of a judge or model as part of a folder's name.
pub(super) fn folder_name(name: &str, most: usize) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(most).collect();
    plain.trim_matches('-').to_lowercase()
}

/// A budget in dollars is kept by what each request can cost, so the price has to be known.
pub(super) fn can_pay(budget: Option<NanoUsd>, endpoint: &Endpoint) -> Result<(), AppError> {
    if budget.is_none() || endpoint.price.is_some() {
        return Ok(());
    }
    Err(AppError::input(
        format!("a budget in dollars needs the price of `{}`", endpoint.identity),
        "add `price = { input = …, output = … }` to its `[model.NAME]` in assessor.toml, or use `--budget-calls`",
    ))
}

/// A client for the endpoint; a simulated model's server is started first.
///
/// # Errors
/// [`AppError`] when the address or key cannot be used, or no port is free.
pub(super) async fn connect(endpoint: Endpoint) -> Result<(Arc<Client>, SimServer), AppError> {
    connect_with(endpoint, Policy::default()).await
}

/// The same, with another way of trying again.
pub(super) async fn connect_with(mut endpoint: Endpoint, policy: Policy) -> Result<(Arc<Client>, SimServer), AppError> {
    let mut server = None;
    if endpoint.in_process {
        let started = sim::Server::start(sim::Options::default()).await;
        let started =
            started.map_err(|source| AppError::System { doing: "starting the simulated models".into(), source })?;
        endpoint.base_url = started.base_url();
        server = Some(started);
    }
    Ok((Arc::new(Client::with(endpoint, policy, Arc::new(TokioClock))?), server))
}
