//! `forms`: what each command takes, for people and for programs (schemas/forms.json). Needs no ledger.

use crate::cli::args::ShowForms;
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::error::{Error, Kind, Result};
use crate::form::field::Said;
use crate::form::table::{Need, Typed};
use crate::form::thing::ThingSort;
use crate::form::{Act, Field, FieldSpec, Form, Kind as Holds, forms};
use crate::words::Lang;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

/// Runs `forms`.
///
/// # Errors
/// `unknown_form`, with the nearest name.
pub(super) fn show(session: &Session, a: &ShowForms) -> Result<Exit> {
    let lang = session.console.lang;
    let (text, shown) = if a.name.is_empty() {
        (list(lang), forms().collect())
    } else {
        let form = named(&a.name.join("."))?;
        (card(form, lang), vec![form])
    };
    let forms: Vec<Value> = shown.into_iter().map(|form| form_json(form, lang)).collect();
    let json = json!({"forms": forms, "schema": 1, "lang": lang.choose("en", "zh")});
    session.console.value(&text, &json)?;
    Ok(Exit::Done)
}

fn named(name: &str) -> Result<&'static Form> {
    Act::from_text(name).map(Act::form).ok_or_else(|| {
        let message = format!("there is no form `{name}`");
        match Act::nearest(name) {
            Some(near) => Error::new(Kind::NotFound, "unknown_form", message)
                .with_hint(format!("did you mean {near}? `earmark forms` lists all"))
                .with_detail("found", name)
                .with_detail("meant", near),
            None => Error::new(Kind::NotFound, "unknown_form", message)
                .with_hint("`earmark forms` lists all")
                .with_detail("found", name),
        }
    })
}

/// Rows in columns that are as wide as their widest cell; the last one is as wide as it is.
fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.width()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width.saturating_sub(cell.width()).saturating_add(2)));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn list(lang: Lang) -> String {
    let row = |form: &Form| vec![form.act.text().to_owned(), said(form.title, lang).to_owned()];
    let rows: Vec<_> = forms().map(row).collect();
    let next = lang.choose(
        "One form: earmark forms disbursement.record; for programs: -O json",
        "单个表单：earmark forms disbursement.record；供程序使用：-O json",
    );
    format!("{}\n{next}\n", columns(&rows))
}

fn said(said: Said, lang: Lang) -> &'static str {
    lang.choose(said.en, said.zh)
}

fn card(form: &Form, lang: Lang) -> String {
    let head = lang.choose(
        ["field", "kind", "required", "typed as", "what it is"],
        ["项目", "类型", "必填", "命令行写法", "说明"],
    );
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for spec in form.all_fields() {
        let needed = match spec.need {
            Need::Always => lang.choose("yes", "是"),
            Need::Typed => lang.choose("typed", "命令行"),
            Need::Optional => "",
        };
        rows.push(vec![
            spec.field.text().to_owned(),
            said(spec.kind.said(), lang).to_owned(),
            needed.to_owned(),
            typed(spec, lang),
            help(spec, lang),
        ]);
    }
    let mut out = format!("{}: {}\n\n{}", form.act.text(), said(form.title, lang), columns(&rows));
    if form.is_imported {
        out.push_str(lang.choose(
            "\nA row of an import may become it (schemas/mapping.md).\n",
            "\n可由导入的行生成（schemas/mapping.md）。\n",
        ));
    }
    let more = said(form.more, lang);
    if !more.is_empty() {
        out.push_str(&format!("\n{more}\n"));
    }
    out.push_str(lang.choose("\nExample:\n", "\n示例：\n"));
    for example in form.examples {
        out.push_str(&format!("  earmark {example}\n"));
    }
    out
}

fn help(spec: &FieldSpec, lang: Lang) -> String {
    let mut help = said(spec.help, lang).to_owned();
    if !spec.kind.choices().is_empty() {
        help.push_str(&format!(" [{}]", spec.kind.choices().join(", ")));
    }
    if let Some(default) = spec.default {
        help.push_str(
            &lang.choose(format!(" [default: {default}]"), format!("［默认：{default}］")),
        );
    }
    help
}

fn typed(spec: &FieldSpec, lang: Lang) -> String {
    match spec.typed {
        Typed::Placed(place) => place.to_owned(),
        Typed::Flagged if spec.kind == Holds::Flag => format!("--{}", spec.flag()),
        Typed::Flagged => format!("--{} {}", spec.flag(), spec.value_name()),
        Typed::Never => lang.choose("(import only)", "（仅导入）").to_owned(),
    }
}

fn form_json(form: &Form, lang: Lang) -> Value {
    let examples: Vec<String> =
        form.examples.iter().map(|example| format!("earmark {example}")).collect();
    json!({
        "name": form.act.text(),
        "title": said(form.title, lang),
        "more": said(form.more, lang),
        "examples": examples,
        "imported": form.is_imported,
        "fields": form.all_fields().map(|spec| field_json(form, spec, lang)).collect::<Vec<_>>(),
    })
}

fn field_json(form: &Form, spec: &FieldSpec, lang: Lang) -> Value {
    let imported = form.is_imported && form.imported().any(|other| other.field == spec.field);
    let flag = || format!("--{}", spec.flag());
    let typed = match spec.typed {
        Typed::Placed(place) => json!({"place": place, "flag": null, "alias": null}),
        Typed::Flagged => {
            let alias = spec.alias().map(|alias| format!("--{alias}"));
            json!({"place": null, "flag": flag(), "alias": alias})
        }
        Typed::Never => Value::Null,
    };
    json!({
        "name": spec.field.text(),
        "kind": spec.kind.word(),
        "thing": spec.kind.thing().map(ThingSort::word),
        "choices": spec.kind.choices(),
        "many": spec.kind.is_many(),
        "required": spec.need != Need::Optional && spec.typed != Typed::Never,
        "required_in_import": imported && spec.need == Need::Always,
        "imported": imported,
        "default": spec.default,
        "excludes": spec.excludes.iter().map(|field| field.text()).collect::<Vec<_>>(),
        "needs": spec.needs.map(Field::text),
        "help": said(spec.help, lang),
        "example": spec.example(),
        "typed": typed,
    })
}
