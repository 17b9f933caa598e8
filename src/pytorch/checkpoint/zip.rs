//! The two containers of a checkpoint: a zip archive, and the older sequence of pickles that is
//! followed by the numbers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::pickle::{Pickle, Value};

/// Bytes that may be read of the list of an archive's entries, or of anything else.
const MOST_READ: u64 = 64 << 20;
/// Bytes of an entry.
const LARGEST: u64 = 256 << 20;
/// How much larger than in the archive an entry may become.
const MOST_EXPANSION: u64 = 100;
/// How the older format begins: a pickle of a number that only it has.
const OLD: &[u8] = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.";
/// How the file begins that stands for a large one in a Git repository.
const POINTER: &[u8] = b"version https://git-lfs";

/// An open checkpoint: its pickle, and the numbers of its storages on demand.
pub(super) struct Container<R> {
    /// The pickle.
    pub(super) pickle: Pickle,
    numbers: Numbers<R>,
}

enum Numbers<R> {
    Zip {
        archive: Box<ZipArchive<Budget<R>>>,
        folder: String,
    },
    /// Where the numbers of each storage start.
    Old {
        file: Budget<R>,
        starts: HashMap<String, u64>,
    },
}

impl<R: Read + Seek> Container<R> {
    /// Opens a checkpoint of either kind.
    pub(super) fn open(file: R) -> Result<Self, String> {
        let mut file = Budget {
            file,
            left: MOST_READ,
        };
        let mut start = [0; 32];
        let length = fill(&mut file, &mut start).map_err(|error| io_reason(&error))?;
        let start = &start[..length];
        file.seek(SeekFrom::Start(0))
            .map_err(|error| io_reason(&error))?;
        if start.starts_with(b"PK") {
            open_zip(file)
        } else if start.starts_with(OLD) {
            open_old(file)
        } else if start.starts_with(POINTER) {
            Err(super::ONLY_POINTER.to_owned())
        } else {
            Err(
                "it is no checkpoint: neither a zip archive nor what older PyTorch wrote"
                    .to_owned(),
            )
        }
    }

    /// The first numbers of a storage from an offset on, at most `most`; none where their kind is
    /// not known.
    ///
    /// # Errors
    /// Where the storage is not there, or is shorter than it says.
    pub(super) fn numbers(
        &mut self,
        storage: &Value,
        offset: i64,
        most: usize,
    ) -> Result<Vec<f64>, String> {
        let Value::Storage { class, key, count } = storage else {
            return Ok(Vec::new());
        };
        let Some(kind) = Kind::of(class) else {
            return Ok(Vec::new());
        };
        let (Ok(offset), Ok(count)) = (u64::try_from(offset), u64::try_from(*count)) else {
            return Ok(Vec::new());
        };
        let wanted = count.saturating_sub(offset).min(most as u64);
        let skipped = offset.saturating_mul(kind.size);
        let mut bytes = Vec::new();
        let length = wanted * kind.size;
        match &mut self.numbers {
            Numbers::Zip { archive, folder } => {
                let entry = entry(archive, &format!("{folder}data/{key}"))?;
                if entry.size() < count.saturating_mul(kind.size) {
                    return Err(format!(
                        "its storage `{key}` has {} bytes, too few for {count} numbers",
                        entry.size()
                    ));
                }
                let mut entry = entry.take(skipped.min(LARGEST));
                io::copy(&mut entry, &mut io::sink()).map_err(|error| io_reason(&error))?;
                let entry = entry.into_inner();
                entry.take(length).read_to_end(&mut bytes)
            }
            Numbers::Old { file, starts } => {
                let start = starts
                    .get(key)
                    .ok_or_else(|| format!("it has no storage `{key}`"))?;
                file.seek(SeekFrom::Start(start.saturating_add(skipped)))
                    .map_err(|error| io_reason(&error))?;
                file.take(length).read_to_end(&mut bytes)
            }
        }
        .map_err(|error| io_reason(&error))?;
        if (bytes.len() as u64) < length {
            return Err(format!("its storage `{key}` ends too early"));
        }
        Ok(bytes
            .chunks_exact(kind.size as usize)
            .map(kind.decode)
            .collect())
    }
}

fn open_zip<R: Read + Seek>(file: Budget<R>) -> Result<Container<R>, String> {
    let mut archive = ZipArchive::new(file).map_err(|error| zip_reason(&error))?;
    let header = archive
        .file_names()
        .flatten()
        .find(|name| name == "data.pkl" || name.ends_with("/data.pkl"))
        .map(Cow::into_owned)
        .ok_or("it is a zip archive, but has no `data.pkl`")?;
    let pickle = Pickle::read(&mut entry(&mut archive, &header)?)?;
    let folder = header.trim_end_matches("data.pkl").to_owned();
    Ok(Container {
        pickle,
        numbers: Numbers::Zip {
            archive: Box::new(archive),
            folder,
        },
    })
}

/// An entry that may be read.
fn entry<'a, R: Read + Seek>(
    archive: &'a mut ZipArchive<Budget<R>>,
    name: &str,
) -> Result<zip::read::ZipFile<'a, Budget<R>>, String> {
    let entry = archive.by_name(name).map_err(|error| match error {
        ZipError::FileNotFound => format!("it has no entry `{name}`"),
        error => zip_reason(&error),
    })?;
    let (size, packed) = (entry.size(), entry.compressed_size());
    if size > LARGEST {
        return Err(format!(
            "its entry `{name}` is larger than {} MiB",
            LARGEST >> 20
        ));
    }
    if size > packed.saturating_mul(MOST_EXPANSION) {
        return Err(format!(
            "its entry `{name}` grows from {packed} to {size} bytes, which no checkpoint does"
        ));
    }
    Ok(entry)
}

/// The older format: a number, a version, facts about the machine, what was saved, the keys of the
/// storages, and then each storage as its length and its numbers.
fn open_old<R: Read + Seek>(mut file: Budget<R>) -> Result<Container<R>, String> {
    for _ in 0..3 {
        Pickle::read(&mut file)?;
    }
    let pickle = Pickle::read(&mut file)?;
    let keys = Pickle::read(&mut file)?;
    let Value::List(keys_of) = keys.root() else {
        return Err("it has no list of storages".to_owned());
    };
    let sizes: HashMap<&str, Kind> = pickle
        .values()
        .filter_map(|value| match value {
            Value::Storage { class, key, .. } => Some((key.as_str(), Kind::of(class)?)),
            _ => None,
        })
        .collect();
    let mut starts = HashMap::new();
    for key in keys_of {
        let Value::Text(key) = keys.value(*key) else {
            continue;
        };
        let kind = sizes
            .get(key.as_str())
            .ok_or_else(|| format!("the numbers of its storage `{key}` are of an unknown kind"))?;
        let mut count = [0; 8];
        file.read_exact(&mut count)
            .map_err(|_| format!("it ends before its storage `{key}`"))?;
        let bytes = i64::try_from(kind.size)
            .ok()
            .and_then(|size| i64::from_le_bytes(count).checked_mul(size))
            .filter(|bytes| *bytes >= 0)
            .ok_or_else(|| format!("its storage `{key}` has an impossible length"))?;
        let start = file.stream_position().map_err(|error| io_reason(&error))?;
        starts.insert(key.clone(), start);
        file.seek_relative(bytes)
            .map_err(|error| io_reason(&error))?;
    }
    Ok(Container {
        pickle,
        numbers: Numbers::Old { file, starts },
    })
}

/// The kind of the numbers of a storage.
#[derive(Clone, Copy)]
struct Kind {
    size: u64,
    decode: fn(&[u8]) -> f64,
}

impl Kind {
    /// By the class of the storage; none for one that says nothing or is not needed here.
    fn of(class: &str) -> Option<Self> {
        let (size, decode): (u64, fn(&[u8]) -> f64) = match class {
            "FloatStorage" => (4, |bytes| f32::from_le_bytes(array(bytes)).into()),
            "DoubleStorage" => (8, |bytes| f64::from_le_bytes(array(bytes))),
            "LongStorage" => (8, |bytes| i64::from_le_bytes(array(bytes)) as f64),
            "IntStorage" => (4, |bytes| i32::from_le_bytes(array(bytes)).into()),
            "ShortStorage" => (2, |bytes| i16::from_le_bytes(array(bytes)).into()),
            "CharStorage" => (1, |bytes| i8::from_le_bytes(array(bytes)).into()),
            "ByteStorage" | "BoolStorage" => (1, |bytes| array::<1>(bytes)[0].into()),
            _ => return None,
        };
        Some(Self { size, decode })
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().unwrap_or([0; N])
}

/// A file of which only so much may be read, however it leads its reader around.
struct Budget<R> {
    file: R,
    left: u64,
}

impl<R: Read> Read for Budget<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        if most == 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let length = buffer.len().min(most);
        let read = self.file.read(&mut buffer[..length])?;
        self.left -= read as u64;
        Ok(read)
    }
}

impl<R: Seek> Seek for Budget<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }

    fn seek_relative(&mut self, offset: i64) -> io::Result<()> {
        self.file.seek_relative(offset)
    }
}

/// Reads as much of the buffer as the file has.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..])? {
            0 => break,
            read => length += read,
        }
    }
    Ok(length)
}

fn io_reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::FileTooLarge => format!(
            "more than {} MiB of it would have to be read",
            MOST_READ >> 20
        ),
        _ => format!("it cannot be read: {error}"),
    }
}

fn zip_reason(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) => io_reason(error),
        ZipError::UnsupportedArchive(_) => {
            "its entries are encrypted, or packed in another way than a checkpoint's".to_owned()
        }
        _ => "it is a damaged zip archive".to_owned(),
    }
}
