//! The pickle of a checkpoint, read as data.
//!
//! Pickle is a program for a small stack machine. This reader runs it with values that only
//! describe: a class is its name, a call of `_rebuild_tensor_v2` is a tensor's header, any other
//! call is something opaque. It imports and calls nothing. Values live in one list and refer to
//! each other by index, so that no nesting costs stack.

use std::collections::HashMap;
use std::io::Read;

/// Values that one pickle may make; checkpoints of these chips make some ten thousand.
const MOST_VALUES: usize = 1 << 20;
/// Values that may wait on the stack.
const DEEPEST: usize = 1 << 16;
/// Bytes of one text or number.
const LONGEST: usize = 1 << 20;
/// Bytes of all texts together, those that are kept twice included.
const MOST_TEXT: usize = 32 << 20;
/// Dimensions of a tensor.
const MOST_DIMENSIONS: usize = 8;
/// Bytes of the whole pickle.
pub(super) const LARGEST: u64 = 16 << 20;

/// Modules whose functions act on the machine. No checkpoint has a reason to call them.
const DANGEROUS: &[&str] = &[
    "bdb",
    "code",
    "commands",
    "ctypes",
    "importlib",
    "marshal",
    "nt",
    "os",
    "pdb",
    "pickle",
    "pip",
    "platform",
    "posix",
    "pty",
    "runpy",
    "shutil",
    "socket",
    "subprocess",
    "sys",
    "webbrowser",
];
/// The built-in functions that only make values, or, as `getattr`, name them.
const HARMLESS: &[&str] = &[
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "getattr",
    "int",
    "list",
    "object",
    "range",
    "set",
    "slice",
    "str",
    "tuple",
];

/// A value, by its index in [`Pickle`].
pub(super) type Id = usize;

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// A list, tuple or set.
    List(Vec<Id>),
    /// A dictionary, in its order.
    Dict(Vec<(Id, Id)>),
    /// The name of a class or a function.
    Name { module: String, name: String },
    /// The memory of tensors.
    Storage {
        class: String,
        key: String,
        count: i64,
    },
    /// A tensor's header.
    Tensor {
        storage: Id,
        offset: i64,
        size: Vec<i64>,
        stride: Vec<i64>,
    },
    /// Anything else: nothing, numbers with a fraction, bytes, objects.
    Opaque,
}

/// A pickle that was read.
pub(super) struct Pickle {
    values: Vec<Value>,
    root: Id,
}

impl Pickle {
    /// Reads one pickle and leaves the reader behind its end.
    pub(super) fn read(reader: &mut dyn Read) -> Result<Self, String> {
        let mut machine = Machine {
            reader: Input {
                reader,
                left: LARGEST,
            },
            values: Vec::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            text_left: MOST_TEXT,
        };
        let root = machine.run()?;
        Ok(Self {
            values: machine.values,
            root,
        })
    }

    /// What was pickled.
    pub(super) fn root(&self) -> &Value {
        self.value(self.root)
    }

    /// A value.
    pub(super) fn value(&self, id: Id) -> &Value {
        self.values.get(id).unwrap_or(&Value::Opaque)
    }

    /// All values, in the order of their making.
    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        self.values.iter()
    }

    /// The value of a key of a dictionary; of two, the later counts.
    pub(super) fn get(&self, dict: &Value, key: &str) -> Option<&Value> {
        let Value::Dict(entries) = dict else {
            return None;
        };
        entries
            .iter()
            .rev()
            .find(|(own, _)| matches!(self.value(*own), Value::Text(text) if text == key))
            .map(|(_, value)| self.value(*value))
    }
}

struct Input<'a> {
    reader: &'a mut dyn Read,
    left: u64,
}

impl Input<'_> {
    fn bytes(&mut self, length: usize) -> Result<Vec<u8>, String> {
        if length > LONGEST {
            return Err(format!(
                "it has a value of {length} bytes, which is no checkpoint's"
            ));
        }
        let mut bytes = vec![0; length];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), String> {
        self.left = self
            .left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| format!("its header is larger than {} MiB", LARGEST >> 20))?;
        self.reader
            .read_exact(bytes)
            .map_err(|_| "its header ends too early".to_owned())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.array::<1>()?[0])
    }

    fn u32(&mut self) -> Result<usize, String> {
        Ok(u32::from_le_bytes(self.array()?) as usize)
    }

    fn u64(&mut self) -> Result<usize, String> {
        let length = u64::from_le_bytes(self.array()?);
        Ok(usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn text(&mut self, length: usize) -> Result<String, String> {
        Ok(String::from_utf8_lossy(&self.bytes(length)?).into_owned())
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = Vec::new();
        loop {
            match self.byte()? {
                b'\n' => return Ok(String::from_utf8_lossy(&line).into_owned()),
                _ if line.len() >= LONGEST => {
                    return Err("it has an endless line".to_owned());
                }
                byte => line.push(byte),
            }
        }
    }

    /// A whole number of any length; one beyond 64 bits is nothing to us.
    fn long(&mut self, length: usize) -> Result<Value, String> {
        let bytes = self.bytes(length)?;
        let Some(last) = bytes.last() else {
            return Ok(Value::Int(0));
        };
        if length > 8 {
            return Ok(Value::Opaque);
        }
        let mut all = [if last & 0x80 == 0 { 0 } else { 0xff }; 8];
        for (place, byte) in all.iter_mut().zip(&bytes) {
            *place = *byte;
        }
        Ok(Value::Int(i64::from_le_bytes(all)))
    }
}

struct Machine<'a> {
    reader: Input<'a>,
    values: Vec<Value>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<usize, Id>,
    text_left: usize,
}

impl Machine<'_> {
    /// Runs until the pickle says that it ends.
    fn run(&mut self) -> Result<Id, String> {
        loop {
            let op = self.reader.byte()?;
            if op == b'.' {
                return self.pop();
            }
            self.step(op)?;
            if self.values.len() > MOST_VALUES {
                return Err(format!("its header has more than {MOST_VALUES} values"));
            }
            if self.text_left == 0 {
                return Err(format!(
                    "its header has more than {} MiB of text",
                    MOST_TEXT >> 20
                ));
            }
            if self.stack.len() > DEEPEST || self.marks.len() > DEEPEST {
                return Err(format!("its header nests more than {DEEPEST} values"));
            }
        }
    }

    fn step(&mut self, op: u8) -> Result<(), String> {
        match op {
            // PROTO, FRAME
            0x80 => drop(self.reader.byte()?),
            0x95 => drop(self.reader.array::<8>()?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => self.drop_top()?,
            b'1' => drop(self.since_mark()?),
            b'2' => self.stack.push(self.top()?),
            b'N' | 0x88 | 0x89 => self.push(Value::Opaque),
            b'I' | b'L' => {
                let line = self.reader.line()?;
                let number = line.trim().trim_end_matches('L').parse();
                self.push(number.map_or(Value::Opaque, Value::Int));
            }
            b'J' => {
                let number = i32::from_le_bytes(self.reader.array()?);
                self.push(Value::Int(number.into()));
            }
            b'K' => {
                let number = self.reader.byte()?;
                self.push(Value::Int(number.into()));
            }
            b'M' => {
                let number = u16::from_le_bytes(self.reader.array()?);
                self.push(Value::Int(number.into()));
            }
            // LONG1, LONG4
            0x8a => {
                let length = self.reader.byte()?;
                let number = self.reader.long(length.into())?;
                self.push(number);
            }
            0x8b => {
                let length = self.reader.u32()?;
                let number = self.reader.long(length)?;
                self.push(number);
            }
            b'F' => {
                self.reader.line()?;
                self.push(Value::Opaque);
            }
            b'G' => {
                self.reader.array::<8>()?;
                self.push(Value::Opaque);
            }
            b'S' | b'V' | b'U' | b'T' | b'X' | 0x8c | 0x8d => self.text(op)?,
            b'B' | b'C' | 0x8e | 0x96 => {
                let length = match op {
                    b'B' => self.reader.u32()?,
                    b'C' => self.reader.byte()?.into(),
                    _ => self.reader.u64()?,
                };
                self.reader.bytes(length)?;
                self.push(Value::Opaque);
            }
            b')' | b']' | 0x8f => self.push(Value::List(Vec::new())),
            b'}' => self.push(Value::Dict(Vec::new())),
            b't' | b'l' | 0x91 => {
                let items = self.since_mark()?;
                self.push(Value::List(items));
            }
            0x85..=0x87 => {
                let start = self.stack.len().checked_sub(usize::from(op - 0x84));
                let items = self.stack.split_off(start.ok_or_else(unbalanced)?);
                self.push(Value::List(items));
            }
            b'd' => {
                let items = self.since_mark()?;
                self.push(Value::Dict(pairs(&items)));
            }
            b'a' => {
                let item = self.pop()?;
                self.append(&[item])?;
            }
            b'e' | 0x90 => {
                let items = self.since_mark()?;
                self.append(&items)?;
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.insert(&[key, value])?;
            }
            b'u' => {
                let items = self.since_mark()?;
                self.insert(&items)?;
            }
            b'p' | b'q' | b'r' | 0x94 => {
                let at = match op {
                    b'p' => self.memo_line()?,
                    b'q' => self.reader.byte()?.into(),
                    b'r' => self.reader.u32()?,
                    _ => self.memo.len(),
                };
                let top = self.top()?;
                self.memo.insert(at, top);
                if self.memo.len() > MOST_VALUES {
                    return Err(format!(
                        "its header remembers more than {MOST_VALUES} values"
                    ));
                }
            }
            b'g' | b'h' | b'j' => {
                let at = match op {
                    b'g' => self.memo_line()?,
                    b'h' => self.reader.byte()?.into(),
                    _ => self.reader.u32()?,
                };
                let id = self.memo.get(&at).copied();
                self.stack
                    .push(id.ok_or("its header refers to a value that it has not made")?);
            }
            _ => return self.object(op),
        }
        Ok(())
    }

    fn text(&mut self, op: u8) -> Result<(), String> {
        let text = match op {
            b'S' => self.reader.line()?.trim_matches(['\'', '"']).to_owned(),
            b'V' => self.reader.line()?,
            _ => {
                let length = match op {
                    b'U' | 0x8c => self.reader.byte()?.into(),
                    0x8d => self.reader.u64()?,
                    _ => self.reader.u32()?,
                };
                self.reader.text(length)?
            }
        };
        self.push(Value::Text(text));
        Ok(())
    }

    /// The instructions that name, make or fill objects.
    fn object(&mut self, op: u8) -> Result<(), String> {
        match op {
            b'c' => {
                let (module, name) = (self.reader.line()?, self.reader.line()?);
                self.push(Value::Name { module, name });
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let text = |id| match self.values.get(id) {
                    Some(Value::Text(text)) => text.clone(),
                    _ => String::new(),
                };
                let value = Value::Name {
                    module: text(module),
                    name: text(name),
                };
                self.push(value);
            }
            b'R' | 0x81 => {
                let (arguments, callable) = (self.pop()?, self.pop()?);
                let made = self.call(callable, arguments)?;
                self.push(made);
            }
            // NEWOBJ_EX
            0x92 => {
                let (_, arguments, callable) = (self.pop()?, self.pop()?, self.pop()?);
                let made = self.call(callable, arguments)?;
                self.push(made);
            }
            b'i' => {
                let (module, name) = (self.reader.line()?, self.reader.line()?);
                self.since_mark()?;
                refuse_danger(&module, &name)?;
                self.push(Value::Opaque);
            }
            b'o' => {
                let items = self.since_mark()?;
                if let Some(Value::Name { module, name }) =
                    items.first().and_then(|class| self.values.get(*class))
                {
                    refuse_danger(module, name)?;
                }
                self.push(Value::Opaque);
            }
            // BUILD: the object keeps what we know of it.
            b'b' => self.drop_top()?,
            b'P' => {
                self.reader.line()?;
                self.push(Value::Opaque);
            }
            b'Q' => {
                let id = self.pop()?;
                let storage = self.storage(id);
                self.push(storage);
            }
            _ => {
                return Err(format!(
                    "it is no pickle of a checkpoint: there is no instruction {op:#x}"
                ));
            }
        }
        Ok(())
    }

    /// What a call would make, as far as it is known without calling.
    fn call(&self, callable: Id, arguments: Id) -> Result<Value, String> {
        let Some(Value::Name { module, name }) = self.values.get(callable) else {
            return Ok(Value::Opaque);
        };
        refuse_danger(module, name)?;
        let Some(Value::List(arguments)) = self.values.get(arguments) else {
            return Ok(Value::Opaque);
        };
        let numbers = |id: &Id| match self.values.get(*id) {
            Some(Value::List(items)) if items.len() <= MOST_DIMENSIONS => {
                items.iter().map(|id| self.int(*id)).collect()
            }
            _ => None,
        };
        Ok(match (module.as_str(), name.as_str()) {
            ("collections", "OrderedDict" | "defaultdict") => Value::Dict(Vec::new()),
            ("torch._utils", "_rebuild_parameter") => {
                match arguments.first().and_then(|id| self.values.get(*id)) {
                    Some(tensor @ Value::Tensor { .. }) => tensor.clone(),
                    _ => Value::Opaque,
                }
            }
            ("torch._utils", name) if name.starts_with("_rebuild_") => {
                let header = match arguments.as_slice() {
                    [storage, offset, size, stride, ..] => self
                        .int(*offset)
                        .zip(numbers(size))
                        .map(|(offset, size)| (*storage, offset, size, numbers(stride))),
                    _ => None,
                };
                let Some((storage, offset, size, stride)) = header else {
                    return Ok(Value::Opaque);
                };
                Value::Tensor {
                    storage,
                    offset,
                    size,
                    stride: stride.unwrap_or_default(),
                }
            }
            _ => Value::Opaque,
        })
    }

    /// The storage that a persistent id names: its kind, class, key, device and length.
    fn storage(&self, id: Id) -> Value {
        let Some(Value::List(parts)) = self.values.get(id) else {
            return Value::Opaque;
        };
        let value = |at: usize| parts.get(at).and_then(|id| self.values.get(*id));
        match (value(1), value(2), value(4)) {
            (Some(Value::Name { name, .. }), Some(Value::Text(key)), Some(Value::Int(count))) => {
                Value::Storage {
                    class: name.clone(),
                    key: key.clone(),
                    count: *count,
                }
            }
            _ => Value::Opaque,
        }
    }

    fn int(&self, id: Id) -> Option<i64> {
        match self.values.get(id) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        }
    }

    fn memo_line(&mut self) -> Result<usize, String> {
        let line = self.reader.line()?;
        line.trim().parse().map_err(|_| unbalanced())
    }

    fn push(&mut self, value: Value) {
        let text = match &value {
            Value::Text(text) => text.len(),
            Value::Name { module, name } => module.len() + name.len(),
            Value::Storage { class, key, .. } => class.len() + key.len(),
            _ => 0,
        };
        self.text_left = self.text_left.saturating_sub(text);
        self.stack.push(self.values.len());
        self.values.push(value);
    }

    /// Where the open mark stands; nothing below it can be taken.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or_default()
    }

    fn top(&self) -> Result<Id, String> {
        let above = self.stack.get(self.floor()..).unwrap_or_default();
        above.last().copied().ok_or_else(unbalanced)
    }

    fn pop(&mut self) -> Result<Id, String> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    /// POP, which also takes a mark away.
    fn drop_top(&mut self) -> Result<(), String> {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(drop)
    }

    fn since_mark(&mut self) -> Result<Vec<Id>, String> {
        let mark = self.marks.pop().ok_or_else(unbalanced)?;
        if mark > self.stack.len() {
            return Err(unbalanced());
        }
        Ok(self.stack.split_off(mark))
    }

    fn append(&mut self, items: &[Id]) -> Result<(), String> {
        let top = self.top()?;
        if let Some(Value::List(list)) = self.values.get_mut(top) {
            list.extend(items);
        }
        Ok(())
    }

    fn insert(&mut self, items: &[Id]) -> Result<(), String> {
        let top = self.top()?;
        if let Some(Value::Dict(entries)) = self.values.get_mut(top) {
            entries.extend(pairs(items));
        }
        Ok(())
    }
}

fn pairs(items: &[Id]) -> Vec<(Id, Id)> {
    items
        .chunks_exact(2)
        .map(|pair| (pair[0], pair[1]))
        .collect()
}

fn unbalanced() -> String {
    "its header is damaged: an instruction finds no value".to_owned()
}

/// Refuses a file that would act on the machine of whoever loads it.
fn refuse_danger(module: &str, name: &str) -> Result<(), String> {
    let root = module.split('.').next().unwrap_or_default();
    let built_in = matches!(root, "builtins" | "__builtin__");
    if DANGEROUS.contains(&root) || built_in && !HARMLESS.contains(&name) {
        let called: String = format!("{module}.{name}").chars().take(60).collect();
        return Err(format!(
            "it is dangerous: whoever loads it calls `{}`; nothing was run here",
            called.escape_debug()
        ));
    }
    Ok(())
}
