//! Scalars: Go's conversions, with the refusals of compose-go's `cast` and its `DecodeMapstructure` methods.

use super::{Decoder, zero};
use crate::compose::load::short::{duration, go, size};
use crate::compose::problem::{ExpectedValue, ValueProblem};
use crate::compose::spec::shapes::DecodedShape;
use crate::compose::value::quote::Quote;
use crate::compose::value::{Data, Value};

impl Decoder {
    pub(super) fn scalar(&mut self, shape: &DecodedShape, value: &Value) -> Value {
        let data = match shape {
            DecodedShape::Text => self.text(value),
            DecodedShape::Bool => self.boolean(value),
            DecodedShape::Int => self.integer(value),
            DecodedShape::Unsigned(bits) => self.unsigned(*bits, value),
            DecodedShape::Float => self.float(value, text_to_float32),
            DecodedShape::Cpus => self.float(value, |text| go::parse_float(text).map(|number| number as f32)),
            DecodedShape::Bytes => self.bytes(value),
            DecodedShape::Duration => self.duration(value),
            DecodedShape::FileMode => self.file_mode(value),
            _ => self.device_count(value),
        };
        match data {
            Some(data) => convert(value, data),
            None => zero(shape, value),
        }
    }

    pub(super) fn text(&mut self, value: &Value) -> Option<Data> {
        match &value.data {
            Data::Text(text) => Some(Data::Text(text.clone())),
            Data::Int(number) => Some(Data::Text(number.to_string().into())),
            Data::Large(number) => Some(Data::Text(number.to_string().into())),
            _ => {
                self.wrong_type(value, ExpectedValue::Text);
                None
            }
        }
    }

    fn boolean(&mut self, value: &Value) -> Option<Data> {
        match &value.data {
            Data::Bool(flag) => Some(Data::Bool(*flag)),
            Data::Text(text) => {
                let flag = go::to_boolean(text);
                if flag.is_none() {
                    self.invalid(value, ValueProblem::Boolean(Quote::from_value(value)));
                }
                flag.map(Data::Bool)
            }
            _ => {
                self.wrong_type(value, ExpectedValue::Bool);
                None
            }
        }
    }

    fn integer(&mut self, value: &Value) -> Option<Data> {
        match &value.data {
            Data::Int(number) => Some(Data::Int(*number)),
            // Go wraps around.
            Data::Large(number) => Some(Data::Int(*number as i64)),
            Data::Float(number) => Some(Data::Int(go::float_to_int(*number))),
            Data::Text(text) => self.number(value, text, go::parse_int),
            _ => {
                self.wrong_type(value, ExpectedValue::Int);
                None
            }
        }
    }

    /// `cast` knows no unsigned integers, so a text is refused even where it is a number.
    fn unsigned(&mut self, bits: u32, value: &Value) -> Option<Data> {
        let number = match &value.data {
            Data::Int(number) => *number,
            Data::Float(number) => go::float_to_int(*number),
            _ => {
                self.wrong_type(value, ExpectedValue::Int);
                return None;
            }
        };
        if number < 0 {
            let quote = Quote::from_value(value).with_text(number.to_string());
            self.invalid(value, ValueProblem::Negative(quote));
            return None;
        }
        let mask = 1_i64.checked_shl(bits).map_or(i64::MAX, |limit| limit - 1);
        Some(Data::Int(number & mask))
    }

    fn float(&mut self, value: &Value, read: fn(&str) -> Option<f32>) -> Option<Data> {
        let number = match &value.data {
            Data::Int(number) => *number as f32,
            Data::Large(number) => *number as f32,
            Data::Float(number) => *number as f32,
            Data::Text(text) => {
                let Some(number) = read(text) else {
                    self.invalid(value, ValueProblem::Number(Quote::from_value(value)));
                    return None;
                };
                number
            }
            _ => {
                self.wrong_type(value, ExpectedValue::Number);
                return None;
            }
        };
        Some(Data::Float(go::shortest_float32(number)))
    }

    /// Anything but an integer and a text counts as 0, also a float.
    fn bytes(&mut self, value: &Value) -> Option<Data> {
        let bytes = match &value.data {
            Data::Int(number) => *number,
            Data::Text(text) => match size::parse(text) {
                Ok(bytes) => bytes,
                Err(flaw) => {
                    self.invalid(value, ValueProblem::Size(Quote::from_value(value), flaw));
                    return None;
                }
            },
            _ => 0,
        };
        Some(Data::Text(bytes.to_string().into()))
    }

    fn duration(&mut self, value: &Value) -> Option<Data> {
        match duration::parse(&go::sprint(value)) {
            Ok(nanos) => Some(Data::Text(duration::format(nanos).into())),
            Err(flaw) => {
                self.invalid(value, ValueProblem::Duration(Quote::from_value(value), flaw));
                None
            }
        }
    }

    fn file_mode(&mut self, value: &Value) -> Option<Data> {
        let mode = match &value.data {
            Data::Int(mode) => *mode,
            Data::Text(text) => {
                let Some(mode) = go::parse_octal(text) else {
                    self.invalid(value, ValueProblem::FileMode(Quote::from_value(value)));
                    return None;
                };
                mode
            }
            _ => {
                self.wrong_type(value, ExpectedValue::FileMode);
                return None;
            }
        };
        let sign = if mode < 0 { "-" } else { "" };
        Some(Data::Text(format!("0{sign}{:o}", mode.unsigned_abs()).into()))
    }

    fn device_count(&mut self, value: &Value) -> Option<Data> {
        match &value.data {
            Data::Int(number) => Some(Data::Int(*number)),
            Data::Text(text) if text.to_lowercase() == "all" => Some(Data::Int(-1)),
            Data::Text(text) => {
                let number = go::parse_int(text);
                if number.is_none() {
                    self.invalid(value, ValueProblem::DeviceCount(Quote::from_value(value)));
                }
                number.map(Data::Int)
            }
            _ => {
                self.wrong_type(value, ExpectedValue::DeviceCount);
                None
            }
        }
    }

    fn number(&mut self, value: &Value, text: &str, read: fn(&str) -> Option<i64>) -> Option<Data> {
        let number = read(text);
        if number.is_none() {
            self.invalid(value, ValueProblem::Integer(Quote::from_value(value)));
        }
        number.map(Data::Int)
    }
}

/// The same origin, parts included, with other data.
pub(super) fn convert(value: &Value, data: Data) -> Value {
    Value { data, place: value.place, via: value.via.clone(), parts: value.parts.clone() }
}

/// Go reads decimal texts as a float32 at once, without the detour over a float64.
fn text_to_float32(text: &str) -> Option<f32> {
    let number = go::parse_float(text)?;
    let direct = text.parse::<f32>().unwrap_or(number as f32);
    (direct.is_finite() || number.is_infinite()).then_some(direct)
}
