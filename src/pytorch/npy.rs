//! Headers of NumPy arrays (`.npy`): the vendor's tool takes its sample input from one.

use std::io::Read;

const MAGIC: &[u8] = b"\x93NUMPY";
/// Bytes of a header; that of a plain array has about a hundred.
const LONGEST: usize = 1 << 16;
/// Values that are looked at; the largest inputs have some hundred thousand.
const MOST_VALUES: u64 = 1 << 21;
/// Far beyond what either chip can hold.
const LARGEST_DIMENSION: i64 = 1_000_000;

/// What an array is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array {
    /// Its dimensions.
    pub shape: Vec<i64>,
    /// Why the vendor's tool does not take its values, as a sentence about "it".
    pub fault: Option<String>,
}

/// Reads an array.
///
/// # Errors
/// What is wrong with the file, as a sentence about "it".
pub fn read(mut file: impl Read) -> Result<Array, String> {
    let mut bytes = |length: usize| -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)
            .map_err(|_| "it ends within its header".to_owned())?;
        Ok(bytes)
    };
    let start = bytes(MAGIC.len() + 2)?;
    if !start.starts_with(MAGIC) {
        return Err("it is no NumPy array".to_owned());
    }
    let version = start.get(MAGIC.len()).copied().unwrap_or_default();
    let width = if version == 1 { 2 } else { 4 };
    let length = bytes(width)?
        .iter()
        .rev()
        .fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
    if length > LONGEST {
        return Err(format!("its header of {length} bytes is no plain array's"));
    }
    let header = bytes(length)?;
    let header = String::from_utf8_lossy(&header);
    let shape = read_shape(&header).ok_or("its header says no shape")?;
    let fault = match read_type(&header) {
        Some("<i8") => fault_of_values(file, &shape),
        Some(">i8") | None => None,
        Some(other) => Some(format!(
            "its values are of the type `{other}`, not 64-bit integers (`<i8`)"
        )),
    };
    Ok(Array { shape, fault })
}

/// Whether the values are those of the accelerator's input.
fn fault_of_values(mut file: impl Read, shape: &[i64]) -> Option<String> {
    let count = shape.iter().try_fold(1_u64, |count, size| {
        count.checked_mul(u64::try_from(*size).ok()?)
    })?;
    let (mut least, mut greatest) = (i64::MAX, i64::MIN);
    let mut value = [0; 8];
    for _ in 0..count.min(MOST_VALUES) {
        if file.read_exact(&mut value).is_err() {
            return Some("it ends before its last value".to_owned());
        }
        let value = i64::from_le_bytes(value);
        (least, greatest) = (least.min(value), greatest.max(value));
    }
    (least < -128 || greatest > 127).then(|| {
        format!("its values go from {least} to {greatest}, but an input holds -128 to 127")
    })
}

/// Reads `'descr': '<i8'`.
fn read_type(header: &str) -> Option<&str> {
    let (_, rest) = header.split_once("'descr'")?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    let (name, _) = rest.strip_prefix('\'')?.split_once('\'')?;
    Some(name)
}

/// The input that an array is for a network: channels, height and width, or channels and length.
///
/// # Errors
/// Where it has another number of dimensions.
pub fn input(shape: &[i64]) -> Result<[i64; 3], String> {
    match *shape {
        [channels, height, width] => Ok([channels, height, width]),
        [channels, length] => Ok([channels, length, 1]),
        _ => Err(format!(
            "it has {} dimensions, but an input has 2 or 3",
            shape.len()
        )),
    }
}

/// Reads `'shape': (3, 32, 32)` from a dictionary as Python prints it.
fn read_shape(header: &str) -> Option<Vec<i64>> {
    let (_, rest) = header
        .split_once("'shape'")
        .or_else(|| header.split_once("\"shape\""))?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    let (list, _) = rest.strip_prefix('(')?.split_once(')')?;
    list.split(',')
        .map(str::trim)
        .filter(|number| !number.is_empty())
        .map(|number| {
            let number: i64 = number.trim_end_matches('L').parse().ok()?;
            (1..=LARGEST_DIMENSION).contains(&number).then_some(number)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An array file with this dictionary.
    fn file(version: u8, header: &str) -> Vec<u8> {
        let length = (header.len() as u32).to_le_bytes();
        let length = if version == 1 { &length[..2] } else { &length };
        [MAGIC, &[version, 0], length, header.as_bytes()].concat()
    }

    fn shape(bytes: &[u8]) -> Result<Vec<i64>, String> {
        read(bytes).map(|array| array.shape)
    }

    #[test]
    fn values_must_be_those_of_an_input() {
        let array = |kind: &str, values: &[i64]| {
            let header = format!("{{'descr': '{kind}', 'shape': (2, 1)}}");
            let mut bytes = file(1, &header);
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            read(&*bytes).unwrap().fault
        };
        assert_eq!(array("<i8", &[-128, 127]), None);
        let fault = |kind: &str, values: &[i64]| array(kind, values).unwrap();
        assert_eq!(
            fault("<i8", &[0, 255]),
            "its values go from 0 to 255, but an input holds -128 to 127"
        );
        assert_eq!(fault("<i8", &[0]), "it ends before its last value");
        assert_eq!(
            fault("<f4", &[]),
            "its values are of the type `<f4`, not 64-bit integers (`<i8`)"
        );
    }

    #[test]
    fn shapes_of_all_versions_are_read() {
        let header = "{'descr': '<i8', 'fortran_order': False, 'shape': (3, 32, 16), }     \n";
        for version in [1, 2, 3] {
            assert_eq!(shape(&file(version, header)), Ok(vec![3, 32, 16]));
        }
        assert_eq!(shape(&file(1, "{'shape': (5,)}")), Ok(vec![5]));
        assert_eq!(shape(&file(1, "{'shape': ()}")), Ok(vec![]));
    }

    #[test]
    fn an_input_has_two_or_three_dimensions() {
        assert_eq!(input(&[3, 32, 16]), Ok([3, 32, 16]));
        assert_eq!(input(&[128, 64]), Ok([128, 64, 1]));
        assert_eq!(
            input(&[1, 3, 32, 16]).unwrap_err(),
            "it has 4 dimensions, but an input has 2 or 3"
        );
    }

    #[test]
    fn what_is_no_array_is_said() {
        let fault = |bytes: &[u8]| shape(bytes).unwrap_err();
        assert_eq!(fault(b""), "it ends within its header");
        assert_eq!(fault(b"PK\x03\x04abcdef"), "it is no NumPy array");
        assert_eq!(fault(&file(2, "")[..10]), "it ends within its header");
        assert_eq!(fault(&file(1, "{}")), "its header says no shape");
        assert_eq!(
            fault(&file(1, "{'shape': (0, -1)}")),
            "its header says no shape"
        );
        assert_eq!(
            fault(b"\x93NUMPY\x02\0\xff\xff\xff\xff"),
            "its header of 4294967295 bytes is no plain array's"
        );
    }
}
