//! Reads bodies by the tables of schemas/entry.md alone, so that a page that says something else than
//! the code does is found out.

use earmark::domain::event::Body;
use earmark::domain::fact::{Fact, See, Seen, Value as Shows};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A row of a struct's table.
#[derive(Debug)]
struct Field {
    name: String,
    kind: String,
    optional: bool,
}

/// The page's tables.
#[derive(Debug)]
pub struct Page {
    structs: BTreeMap<String, Vec<Field>>,
    kinds: BTreeMap<String, BTreeMap<u8, String>>,
    /// Event type and version, and the name of its struct.
    pub events: BTreeMap<(u16, u16), String>,
    /// Number of a command, and the structs that follow it.
    pub commands: BTreeMap<u64, (String, Vec<String>)>,
}

fn cells(row: &str) -> Vec<String> {
    let inner = row.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().replace('`', "")).collect()
}

impl Page {
    /// Reads the page of this tree.
    pub fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/entry.md");
        let text = std::fs::read_to_string(path).unwrap();
        let mut page = Self {
            structs: BTreeMap::new(),
            kinds: BTreeMap::new(),
            events: BTreeMap::new(),
            commands: BTreeMap::new(),
        };
        let (mut section, mut name) = (String::new(), String::new());
        for line in text.lines() {
            if let Some(title) = line.strip_prefix("### ") {
                (section, name) = (title.to_owned(), String::new());
            } else if let Some(title) = line.strip_prefix("#### ") {
                name = page.title(title);
            } else if line.starts_with("| ") && !line.starts_with("| field |") {
                page.row(&section, &name, &cells(line));
            }
        }
        page
    }

    fn title(&mut self, title: &str) -> String {
        let name = match title.split_once(' ') {
            Some((number, rest)) => {
                let (name, version) = rest.split_once(", version ").unwrap();
                let key = (number.parse().unwrap(), version.parse().unwrap());
                assert_eq!(self.events.insert(key, name.to_owned()), None, "{title} stands twice");
                name.to_owned()
            }
            None => title.to_owned(),
        };
        assert!(self.structs.insert(name.clone(), Vec::new()).is_none(), "{title} stands twice");
        name
    }

    fn row(&mut self, section: &str, name: &str, row: &[String]) {
        if section.starts_with("6.2") && row[0] != "kind" {
            let numbers = row[1].split(", ").filter_map(|item| {
                let mut words = item.split(' ');
                Some((words.next()?.parse().ok()?, words.next()?.to_owned()))
            });
            self.kinds.insert(row[0].clone(), numbers.collect());
        } else if section.starts_with("6.5") && name.is_empty() && row[0] != "no." {
            let structs = row[2].split(", ").map(str::to_owned).collect();
            self.commands.insert(row[0].parse().unwrap(), (row[1].clone(), structs));
        } else if !name.is_empty() && section.starts_with("6.") {
            let [field, kind, _unit, optional, _meaning] = row else { panic!("row {row:?}") };
            assert!(["", "yes"].contains(&optional.as_str()), "{row:?}");
            let (name_of, kind) = (field.clone(), kind.clone());
            let field = Field { name: name_of, kind, optional: optional == "yes" };
            self.structs.get_mut(name).unwrap().push(field);
        }
    }

    /// The body of a type and version, as the JSON of a golden vector.
    pub fn body(&self, event_type: u16, event_version: u16, bytes: &[u8]) -> Value {
        let mut reader = Reader { page: self, rest: bytes };
        let value = reader.value(&self.events[&(event_type, event_version)]);
        assert!(reader.rest.is_empty(), "bytes left over");
        value
    }

    /// An order, as the JSON of a golden vector, with the number of its command.
    pub fn order(&self, bytes: &[u8]) -> (u64, Value) {
        let mut reader = Reader { page: self, rest: bytes };
        let occurred_on = if reader.byte() == 1 { reader.value("date") } else { Value::Null };
        let historical = reader.value("bool");
        let number = u64::try_from(reader.varint()).unwrap();
        let (name, structs) = &self.commands[&number];
        let mut parts: Vec<Value> = structs.iter().map(|name| reader.value(name)).collect();
        let part = if parts.len() == 1 { parts.remove(0) } else { Value::Array(parts) };
        assert!(reader.rest.is_empty(), "bytes left over");
        let command = json!({ name.as_str(): part });
        (number, json!({"occurred_on": occurred_on, "historical": historical, "command": command}))
    }
}

struct Reader<'a> {
    page: &'a Page,
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> &[u8] {
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        taken
    }

    fn byte(&mut self) -> u8 {
        self.take(1)[0]
    }

    fn varint(&mut self) -> u128 {
        let first = self.byte();
        let length = match first {
            0..=250 => return u128::from(first),
            251 => 2,
            252 => 4,
            253 => 8,
            254 => 16,
            255 => panic!("255 begins no varint"),
        };
        let mut bytes = [0; 16];
        bytes[..length].copy_from_slice(self.take(length));
        u128::from_le_bytes(bytes)
    }

    fn zigzag(&mut self) -> i128 {
        let n = self.varint();
        let half = (n >> 1) as i128;
        if n & 1 == 0 { half } else { -half - 1 }
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = usize::try_from(self.varint()).unwrap();
        self.take(length).to_vec()
    }

    fn hex(&mut self, length: usize) -> Value {
        let bytes = self.bytes();
        assert_eq!(bytes.len(), length);
        bytes.iter().map(|b| format!("{b:02x}")).collect::<String>().into()
    }

    fn value(&mut self, kind: &str) -> Value {
        if let Some(item) = kind.strip_prefix("list of ") {
            let items = usize::try_from(self.varint()).unwrap();
            return (0..items).map(|_| self.value(item)).collect();
        }
        if let Some(pair) = kind.strip_prefix('(') {
            let parts = pair.trim_end_matches(')').split(", ");
            return parts.map(|part| self.value(part)).collect();
        }
        match kind {
            "bool" => match self.byte() {
                0 => false.into(),
                1 => true.into(),
                other => panic!("{other} is no bool"),
            },
            "u8" => self.byte().into(),
            "u16" | "u32" | "u64" => u64::try_from(self.varint()).unwrap().into(),
            "i16" | "year" => i16::try_from(self.zigzag()).unwrap().into(),
            "amount" => json!({"minor_units": self.zigzag().to_string()}),
            "date" => date(self.zigzag()).into(),
            "text" | "code" | "tag" => String::from_utf8(self.bytes()).unwrap().into(),
            "bytes16" => self.hex(16),
            "bytes32" => self.hex(32),
            "bytes64" => self.hex(64),
            name => match self.page.kinds.get(name) {
                Some(words) => words[&self.byte()].clone().into(),
                None => self.structure(name),
            },
        }
    }

    fn structure(&mut self, name: &str) -> Value {
        let page = self.page;
        let fields = page.structs.get(name).unwrap_or_else(|| panic!("no table of {name}"));
        let mut object = Map::new();
        for field in fields {
            let present = match field.optional.then(|| self.byte()) {
                None | Some(1) => true,
                Some(0) => false,
                Some(other) => panic!("{other} is no optional"),
            };
            let value = if present { self.value(&field.kind) } else { Value::Null };
            object.insert(field.name.clone(), value);
        }
        Value::Object(object)
    }
}

/// The date of a day number: a count of Gregorian months and days from 1970 on.
fn date(days: i128) -> String {
    let leap = |year: i128| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let (mut year, mut rest) = (1970, days);
    loop {
        let length = if leap(year) { 366 } else { 365 };
        if rest >= length {
            (year, rest) = (year + 1, rest - length);
        } else if rest < 0 {
            year -= 1;
            rest += if leap(year) { 366 } else { 365 };
        } else {
            break;
        }
    }
    let months = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in months {
        if rest < length {
            break;
        }
        (month, rest) = (month + 1, rest - length);
    }
    format!("{year:04}-{month:02}-{:02}", rest + 1)
}

#[test]
fn the_page_names_every_type_kind_and_command() {
    use earmark::domain::kinds;
    let page = Page::read();
    let types: Vec<((u16, u16), String)> =
        page.events.iter().map(|(key, name)| (*key, name.clone())).collect();
    let expected: Vec<((u16, u16), String)> =
        (Body::TYPES.iter()).map(|(number, name, _)| ((*number, 1), (*name).to_owned())).collect();
    assert_eq!(types, expected);

    macro_rules! same {
        ($($name:ident),*) => {$(
            let words: BTreeMap<u8, String> = (kinds::$name::ALL.iter())
                .map(|value| (u8::from(*value), value.text().to_owned()))
                .collect();
            assert_eq!(page.kinds.get(stringify!($name)), Some(&words), stringify!($name));
        )*};
    }
    same!(Control, Role, Level, FundKind, SourceKind, Direction, FollowOnKind, RestKind, Stage);
    let used =
        page.structs.values().flatten().map(|field| field.kind.trim_start_matches("list of "));
    let known =
        ["bool", "u8", "u16", "u32", "u64", "i16", "year", "amount", "date", "text", "code"];
    let more = ["tag", "bytes16", "bytes32", "bytes64", "(Line, amount)", "Command"];
    for kind in used {
        let plain = known.contains(&kind) || more.contains(&kind);
        assert!(
            plain || page.kinds.contains_key(kind) || page.structs.contains_key(kind),
            "the page does not say what {kind} is"
        );
    }
    assert_eq!(date(0), "1970-01-01");
    assert_eq!((date(-25_567), date(84_005)), ("1900-01-01".to_owned(), "2199-12-31".to_owned()));
}

/// Every field that an event shows to the rules, with what it is, as the page calls it.
#[derive(Debug, Default)]
struct Shown {
    fields: BTreeMap<String, Vec<&'static str>>,
}

impl<'e> See<'e> for Shown {
    fn see(&mut self, field: &'static str, value: Shows<'e>) -> Seen {
        let kinds = match value {
            Shows::New(..) | Shows::Known(..) | Shows::Named(..) | Shows::Code(_) => "code",
            Shows::NewLine(_) | Shows::Line(_) | Shows::AnyLine(_) => "Line",
            Shows::Officer(_) | Shows::Entry(_) | Shows::Mention(_) | Shows::Number(_) => "number",
            Shows::Text(..) | Shows::Own(_) => "text",
            Shows::Purpose(_) => "tag",
            Shows::Amount(_) => "amount",
            Shows::Day(_) => "date",
            Shows::Flag(_) => "bool",
            Shows::Kind(_) => "word",
            Shows::Bytes(_) => "bytes",
            Shows::List(0) => "empty",
            Shows::List(_) => "list",
            Shows::Struct => "struct",
            Shows::Absent => "absent",
        };
        self.fields.entry(field.to_owned()).or_default().push(kinds);
        Ok(())
    }
}

fn shown(body: &Body) -> Shown {
    let mut shown = Shown::default();
    body.fields(&mut shown).unwrap();
    shown
}

impl Page {
    /// What a struct's fields may be shown as, by their paths.
    fn paths(&self, name: &str, before: &str, all: &mut BTreeMap<String, Vec<&'static str>>) {
        for field in &self.structs[name] {
            let path = format!("{before}{}", field.name);
            let (item, is_list) = match field.kind.strip_prefix("list of ") {
                Some(item) => (item, true),
                None => (field.kind.as_str(), false),
            };
            let is_struct = item != "Line" && self.structs.contains_key(item);
            let mut kinds: Vec<&'static str> = match item {
                "bool" => vec!["bool"],
                "u8" | "u16" | "u32" | "u64" | "i16" => vec!["number"],
                "amount" => vec!["amount"],
                "date" => vec!["date"],
                "text" => vec!["text"],
                "code" => vec!["code"],
                "tag" => vec!["tag"],
                "Line" => vec!["Line"],
                "bytes16" | "bytes32" | "bytes64" => vec!["bytes"],
                kind if self.kinds.contains_key(kind) => vec!["word"],
                _ if is_list => vec![],
                _ => vec!["struct"],
            };
            if is_list {
                kinds.extend(["list", "empty"]);
            }
            if field.optional {
                kinds.push("absent");
            }
            if is_struct {
                self.paths(item, &format!("{path}."), all);
            }
            all.insert(path, kinds);
        }
    }
}

/// Neither an event nor a field of one can be forgotten by the rules, nor be shown as something else.
#[test]
fn every_event_shows_the_fields_of_the_page_to_the_rules() {
    const NOTHING: [&str; 4] = ["empty", "absent", "list", "struct"];
    let page = Page::read();
    let mut together: BTreeMap<&str, Shown> = BTreeMap::new();
    for full in [true, false] {
        let bodies = crate::golden::every_body(full);
        assert_eq!(bodies.len(), Body::TYPES.len());
        for body in bodies {
            let mut expected = BTreeMap::new();
            page.paths(body.name(), "", &mut expected);
            let shown = shown(&body);
            for (path, kinds) in &shown.fields {
                let allowed = expected.get(path);
                let fits = |kind| allowed.is_some_and(|allowed| allowed.contains(kind));
                assert!(kinds.iter().all(fits), "{} {path}: {kinds:?}, {allowed:?}", body.name());
            }
            for path in expected.keys() {
                let of = path.rsplit_once('.').and_then(|(of, _)| shown.fields.get(of));
                let is_empty =
                    of.is_some_and(|of| of.iter().all(|k| ["empty", "absent"].contains(k)));
                let is_shown = is_empty || shown.fields.contains_key(path);
                assert!(is_shown, "{} does not show {path}", body.name());
            }
            let all = together.entry(body.name()).or_default();
            for (path, kinds) in shown.fields {
                all.fields.entry(path).or_default().extend(kinds);
            }
        }
    }
    // Not only that there is a list, or nothing: of what may hold something, what it is.
    let holds = |kinds: &[&str]| kinds.iter().any(|kind| !NOTHING.contains(kind));
    for (name, shown) in &together {
        let mut expected = BTreeMap::new();
        page.paths(name, "", &mut expected);
        for (path, allowed) in expected {
            let Some(kinds) = shown.fields.get(&path) else { continue };
            // One function shows the filing of all.
            let of_another = |other: &Shown| other.fields.get(&path).is_some_and(|k| holds(k));
            let is_filing = path.starts_with("filing.") && together.values().any(of_another);
            let is_told = holds(kinds) || is_filing || !holds(&allowed);
            assert!(is_told, "{name} {path} is only {kinds:?}");
        }
    }
}
