//! Operators: signs, arithmetic, comparisons, membership.

use std::rc::Rc;
use std::sync::Arc;

use super::interpreter::{Interpreter, MAX_LIST, Stop, budget, describe};
use super::model::{Place, ProblemKind};
use super::syntax::{BinaryOp, CompareOp, UnaryOp};
use super::value::{Kind, Tensor, Value};
use super::{library, tensor};

impl Interpreter<'_> {
    pub(super) fn unary(&mut self, op: UnaryOp, value: &Value, place: Place) -> Kind {
        let result = match (op, &value.kind) {
            (UnaryOp::Not, _) => value.truth().map(|truth| Kind::Bool(!truth)),
            (UnaryOp::Minus, Kind::Float(x)) => Some(Kind::Float(-x)),
            (UnaryOp::Plus, Kind::Float(x)) => Some(Kind::Float(*x)),
            (UnaryOp::Minus | UnaryOp::Plus, Kind::Tensor(tensor)) => {
                let tensor = tensor.borrow();
                Some(Kind::tensor(tensor.after("arith", tensor.shape.clone())))
            }
            (UnaryOp::Minus, _) => value.as_int().and_then(i64::checked_neg).map(Kind::Int),
            (UnaryOp::Plus, _) => value.as_int().map(Kind::Int),
            (UnaryOp::Invert, _) => value.as_int().map(|x| Kind::Int(!x)),
        };
        result.unwrap_or_else(|| {
            if value.kind.is_unknown() {
                value.kind.clone()
            } else {
                self.unknown(format!("a sign before {}", describe(&value.kind)), place)
            }
        })
    }

    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        left: &Value,
        right: &Value,
        place: Place,
    ) -> Result<Value, Stop> {
        let kind = match (&left.kind, &right.kind) {
            (Kind::Tensor(_), _) | (_, Kind::Tensor(_)) => {
                self.tensor_binary(left, right, place)?
            }
            (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => Kind::unknown("an unknown operand"),
            (Kind::Str(a), Kind::Str(b)) if op == BinaryOp::Add => {
                self.spend_text(a.len() + b.len(), place)?;
                Kind::Str(Arc::from(format!("{a}{b}")))
            }
            (Kind::List(a), Kind::List(b)) if op == BinaryOp::Add => {
                self.spend_list(a.borrow().len() + b.borrow().len(), place)?;
                Kind::list([a.borrow().as_slice(), b.borrow().as_slice()].concat())
            }
            (Kind::Tuple(a), Kind::Tuple(b)) if op == BinaryOp::Add => {
                self.spend_list(a.len() + b.len(), place)?;
                Kind::Tuple(Rc::new([a.as_slice(), b.as_slice()].concat()))
            }
            (Kind::List(items), Kind::Int(n)) | (Kind::Int(n), Kind::List(items))
                if op == BinaryOp::Mul =>
            {
                let items = items.borrow();
                let count = usize::try_from(*n).unwrap_or(0);
                self.spend_list(items.len().saturating_mul(count), place)?;
                Kind::list(repeat(&items, count))
            }
            (Kind::Tuple(items), Kind::Int(n)) | (Kind::Int(n), Kind::Tuple(items))
                if op == BinaryOp::Mul =>
            {
                let count = usize::try_from(*n).unwrap_or(0);
                self.spend_list(items.len().saturating_mul(count), place)?;
                Kind::Tuple(Rc::new(repeat(items, count)))
            }
            _ => match (left.as_int(), right.as_int()) {
                (Some(_), Some(0))
                    if matches!(op, BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod) =>
                {
                    return Err(Stop::failure(
                        ProblemKind::Failure,
                        "a division by zero".to_owned(),
                        place,
                    ));
                }
                (Some(a), Some(b)) => integer_binary(op, a, b)
                    .unwrap_or_else(|| Kind::unknown("a number out of range")),
                _ => match (left.as_float(), right.as_float()) {
                    (Some(a), Some(b)) => float_binary(op, a, b)
                        .unwrap_or_else(|| Kind::unknown("an operation on fractions")),
                    _ => {
                        let (a, b) = (describe(&left.kind), describe(&right.kind));
                        self.unknown(format!("an operation on {a} and {b}"), place)
                    }
                },
            },
        };
        Ok(Value::new(kind, place))
    }

    fn tensor_binary(&mut self, left: &Value, right: &Value, place: Place) -> Result<Kind, Stop> {
        let mut tensors = [left, right]
            .into_iter()
            .filter_map(|value| match &value.kind {
                Kind::Tensor(tensor) => Some(tensor.borrow().clone()),
                _ => None,
            });
        let (Some(first), second) = (tensors.next(), tensors.next()) else {
            return Ok(Kind::unknown("an operation on a tensor"));
        };
        let shape = match &second {
            None => first.shape.clone(),
            Some(second) => tensor::broadcast(first.shape.as_deref(), second.shape.as_deref()),
        };
        let mut result = first.after("arith", shape);
        if let Some(second) = second {
            result.sources.extend(second.after("arith", None).sources);
            result.take_operations(&second);
        }
        self.operation("arith", None, &mut result, place);
        self.spend_sources(&result, place)?;
        Ok(Kind::tensor(result))
    }

    /// Counts the sources of a tensor as work, and bounds them.
    pub(super) fn spend_sources(&mut self, tensor: &Tensor, place: Place) -> Result<(), Stop> {
        let total: usize = tensor.sources.iter().map(|s| 1 + s.via.len()).sum();
        if tensor.sources.len() > MAX_LIST / 8 || total > MAX_LIST {
            return Err(budget("a tensor of too many sources".to_owned(), place));
        }
        self.spend(total / 16, place)
    }
}

fn integer_binary(op: BinaryOp, a: i64, b: i64) -> Option<Kind> {
    let int = match op {
        BinaryOp::Add => a.checked_add(b)?,
        BinaryOp::Sub => a.checked_sub(b)?,
        BinaryOp::Mul => a.checked_mul(b)?,
        // Python rounds down, Rust towards zero.
        BinaryOp::FloorDiv => {
            let quotient = a.checked_div(b)?;
            quotient - i64::from(a.checked_rem(b)? != 0 && (a < 0) != (b < 0))
        }
        BinaryOp::Mod => {
            let rest = a.checked_rem(b)?;
            if rest != 0 && (rest < 0) != (b < 0) {
                rest + b
            } else {
                rest
            }
        }
        BinaryOp::Pow if b >= 0 => a.checked_pow(u32::try_from(b).ok()?)?,
        BinaryOp::ShiftLeft => a.checked_mul(1i64.checked_shl(u32::try_from(b).ok()?)?)?,
        BinaryOp::ShiftRight => a >> u32::try_from(b).ok()?.min(63),
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::Div | BinaryOp::Pow => return float_binary(op, a as f64, b as f64),
        BinaryOp::MatMul => return None,
    };
    Some(Kind::Int(int))
}

fn float_binary(op: BinaryOp, a: f64, b: f64) -> Option<Kind> {
    let float = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::FloorDiv => (a / b).floor(),
        BinaryOp::Mod => a - b * (a / b).floor(),
        BinaryOp::Pow => a.powf(b),
        _ => return None,
    };
    float.is_finite().then_some(Kind::Float(float))
}

pub(super) fn compare(op: CompareOp, left: &Value, right: &Value) -> Option<bool> {
    match op {
        CompareOp::Equal => left.equals(right),
        CompareOp::NotEqual => left.equals(right).map(|equal| !equal),
        CompareOp::Is | CompareOp::IsNot => {
            let is = match (&left.kind, &right.kind) {
                (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => return None,
                (Kind::None, Kind::None) => true,
                (Kind::Bool(a), Kind::Bool(b)) => a == b,
                (Kind::None | Kind::Bool(_), _) | (_, Kind::None | Kind::Bool(_)) => false,
                _ => left.equals(right)?,
            };
            Some(is == (op == CompareOp::Is))
        }
        CompareOp::In | CompareOp::NotIn => {
            contains(right, left).map(|found| found == (op == CompareOp::In))
        }
        CompareOp::Less | CompareOp::LessEqual | CompareOp::Greater | CompareOp::GreaterEqual => {
            let order = match (&left.kind, &right.kind) {
                (Kind::Str(a), Kind::Str(b)) => a.cmp(b),
                _ => match (left.as_int(), right.as_int()) {
                    (Some(a), Some(b)) => a.cmp(&b),
                    _ => left.as_float()?.partial_cmp(&right.as_float()?)?,
                },
            };
            Some(match op {
                CompareOp::Less => order.is_lt(),
                CompareOp::LessEqual => order.is_le(),
                CompareOp::Greater => order.is_gt(),
                _ => order.is_ge(),
            })
        }
    }
}

fn contains(collection: &Value, value: &Value) -> Option<bool> {
    let among = |items: &[Value]| {
        let mut found = Some(false);
        for item in items {
            match item.equals(value) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => found = None,
            }
        }
        found
    };
    match &collection.kind {
        Kind::Tuple(items) => among(items),
        Kind::List(items) => among(&items.borrow()),
        Kind::Dict(entries) => {
            let keys: Vec<Value> = entries
                .borrow()
                .iter()
                .map(|(key, _)| key.clone())
                .collect();
            among(&keys)
        }
        Kind::Container(container) => {
            let name = library::text_of(value)?;
            let members = container.members.borrow();
            Some(members.iter().any(|(known, _)| **known == *name))
        }
        Kind::Str(text) => match &value.kind {
            Kind::Str(part) => Some(text.contains(&**part)),
            _ => None,
        },
        Kind::Range(start, stop, step) => {
            let x = value.as_int()?;
            let inside = if *step > 0 {
                *start <= x && x < *stop
            } else {
                *stop < x && x <= *start
            };
            Some(inside && x.checked_sub(*start)?.checked_rem(*step)? == 0)
        }
        _ => None,
    }
}

fn repeat(items: &[Value], count: usize) -> Vec<Value> {
    let all = items.iter().cycle().take(items.len() * count);
    all.cloned().collect()
}
