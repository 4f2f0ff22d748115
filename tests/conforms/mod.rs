//! Whether a JSON value holds to a schema, with exactly the words that our schemas use.

use earmark::domain::calendar::Date;
use serde_json::{Value, json};

/// A small JSON Schema check: exactly the words that our schemas use, and a panic at any other.
pub(crate) fn conforms(
    root: &Value,
    schema: &Value,
    value: &Value,
    at: &str,
) -> Result<(), String> {
    for (word, rule) in schema.as_object().unwrap() {
        let fits = match word.as_str() {
            "$schema" | "title" | "description" | "$defs" => true,
            "$ref" => {
                let name = rule.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                conforms(root, &root["$defs"][name], value, at)?;
                true
            }
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "type" => {
                let types = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                types.iter().any(|name| is_a(value, name.as_str().unwrap()))
            }
            "anyOf" => {
                rule.as_array().unwrap().iter().any(|s| conforms(root, s, value, at).is_ok())
            }
            "pattern" => value.as_str().is_none_or(|v| matches_pattern(rule.as_str().unwrap(), v)),
            "required" => {
                let mut keys = rule.as_array().unwrap().iter();
                keys.all(|key| value.get(key.as_str().unwrap()).is_some())
            }
            "properties" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    if let Some(rule) = rule.get(key) {
                        conforms(root, rule, value, &format!("{at}.{key}"))?;
                    }
                }
                true
            }
            "additionalProperties" if rule.is_object() => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    conforms(root, rule, value, &format!("{at}.{key}"))?;
                }
                true
            }
            "additionalProperties" => {
                assert_eq!(rule, &json!(false));
                let mut keys = value.as_object().into_iter().flatten();
                keys.all(|(key, _)| schema["properties"].get(key).is_some())
            }
            "items" => {
                for (i, value) in value.as_array().into_iter().flatten().enumerate() {
                    conforms(root, rule, value, &format!("{at}[{i}]"))?;
                }
                true
            }
            other => panic!("the check does not know {other}"),
        };
        if !fits {
            return Err(format!("{at}: {value} does not hold to {word} {rule}"));
        }
    }
    Ok(())
}

fn is_a(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the check does not know the type {other}"),
    }
}

fn matches_pattern(pattern: &str, text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match pattern {
        "^-?[0-9]+(\\.[0-9]+)?$" => match unsigned.split_once('.') {
            Some((major, minor)) => digits(major) && digits(minor),
            None => digits(unsigned),
        },
        "^-?[0-9]+\\.[0-9]{6}$" => {
            unsigned.split_once('.').is_some_and(|(a, b)| digits(a) && digits(b) && b.len() == 6)
        }
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" => Date::parse(text).is_some(),
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{15}Z$" => {
            text.len() == 27 && Date::parse(&text[..10]).is_some() && text.ends_with('Z')
        }
        "^[0-9a-f]{64}$" => {
            text.len() == 64 && text.bytes().all(|b| b"0123456789abcdef".contains(&b))
        }
        other => panic!("the check does not know the pattern {other}"),
    }
}
