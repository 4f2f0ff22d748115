//! `forms`: what each command takes, for people and for programs.

use super::Place;
use super::conforms::conforms;
use serde_json::Value;

#[test]
fn all_forms_are_listed() {
    let place = Place::new();
    let out = place.ok("forms");
    let lines: Vec<&str> = out.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 37);
    assert_eq!(lines[0], "officer.enroll         Let another officer's key sign");
    assert!(
        out.ends_with("\nOne form: earmark forms disbursement.record; for programs: -O json\n")
    );
    let zh = place.ok("forms --lang zh");
    assert!(zh.contains("disbursement.record    登记支付；账簿按专项资金和年度编凭证号\n"), "{zh}");
}

#[test]
fn a_form_shows_its_fields() {
    let place = Place::new();
    assert_eq!(
        place.ok("forms follow-on withdraw"),
        "follow-on.withdraw: Record that the unpaid rest of a pledge was withdrawn\n\
         \n\
         field        kind       required  typed as                what it is\n\
         code         code       yes       CODE                    The investment\n\
         amount       amount               AMOUNT                  The unpaid rest, as a check [default: whatever it is]\n\
         reason       long text            --reason TEXT           Why\n\
         occurred_on  date                 --on DATE               The day it happened [default: today at the ledger's UTC offset]\n\
         documents    documents            --document FILE[:KIND]  Attach a document by its SHA-256; the file stays with you (repeatable)\n\
         document_no  text                 --document-no TEXT      The office's file number, for example 沪财〔2002〕15号\n\
         \n\
         A row of an import may become it (schemas/mapping.md).\n\
         \n\
         Example:\n  \
           earmark follow-on withdraw INV-1 350万 --reason \"investor left\"\n"
    );
    let zh = place.ok("forms allocation.record --lang zh");
    for part in [
        "allocation.record: 下达年度指标，并建立该年度的指标\n",
        "year         年度          命令行  YEAR                    预算年度\n",
        "origin       年度                  （仅导入）              资金最初下达的年度［默认：预算年度］\n",
        "资金来源：本级 own、上级 upper_level 或其他 other [own, upper_level, other]［默认：own］\n",
    ] {
        assert!(zh.contains(part), "{zh}");
    }
}

#[test]
fn what_has_no_form_is_told_with_the_nearest() {
    let place = Place::new();
    let ran = place.run("forms commitment.mak");
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (
            2,
            "unknown_form: there is no form `commitment.mak`\n  next: did you mean commitment.make? `earmark forms` lists all\n"
        )
    );
    let ran = place.run("forms xyz --lang zh");
    assert_eq!(ran.err, "unknown_form: 没有表单「xyz」\n  下一步：查看 `earmark forms`\n");
    assert_eq!(place.run("forms --ledger x").status, 2);
}

#[test]
fn programs_read_forms_by_their_schema() {
    let place = Place::new();
    let schema: Value = serde_json::from_str(include_str!("../../schemas/forms.json")).unwrap();
    for lang in ["en", "zh"] {
        let told = place.value(&format!("forms --lang {lang}"));
        conforms(&schema, &schema, &told, "forms").unwrap();
        assert_eq!(told["lang"], lang);
        let forms = told["forms"].as_array().unwrap();
        assert_eq!(forms.len(), 37);
        // In either language every form and field has its words.
        for form in forms {
            let words = |value: &Value| value.as_str().unwrap().is_ascii();
            assert_eq!(words(&form["title"]), lang == "en", "{form:#}");
            for field in form["fields"].as_array().unwrap() {
                assert!(!field["help"].as_str().unwrap().is_empty(), "{field:#}");
                assert!(lang == "en" || !words(&field["help"]), "{field:#}");
            }
        }
    }
    let one = place.value("forms disbursement record");
    assert_eq!(one["forms"].as_array().unwrap().len(), 1);
    let fields = one["forms"][0]["fields"].as_array().unwrap();
    let commitment = fields.iter().find(|field| field["name"] == "commitment").unwrap();
    assert_eq!(
        (&commitment["thing"], &commitment["typed"]["flag"], &commitment["typed"]["alias"]),
        (&"commitment".into(), &"--commitment".into(), &"--contract".into())
    );
    assert_eq!(commitment["excludes"], serde_json::json!(["fund", "year", "purpose"]));
}
