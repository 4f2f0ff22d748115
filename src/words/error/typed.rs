//! Values as they are typed: amounts, days, lines, periods, entries.

super::table! {
    "field_missing": "必填项「{field}」没有值" => "请填写 {field}；各项见 `earmark forms`";
    "field_unknown": "{act} 没有「{found}」这一项" => "可填的项：{allowed}";
    "field_excluded": "「{found}」与「{other}」不能同时填写" => "请只填其中一项";
    "field_alone": "填写「{found}」时须同时填写「{other}」" => "请一并填写，或都留空";
    "field_not_text": "「{found}」须查找，不能直接读取" => "请改填其他项";
    "word_not_known": "「{found}」不在可选的词之内" => "请写以下之一：{allowed}";
    "amount_currency/other": "账簿以 {allowed} 记账，金额不作换算；实为「{found}」" => "请以 {allowed} 填写金额，货币符号可写可不写";
    "amount_currency/unknown": "货币符号或单位无法识别：「{found}」" => "请用账簿货币的符号或代码；单位可用 千、百万、万、千万、亿、百亿、千亿、万亿";
    "amount_currency/listed": "货币符号或单位须列在映射文件的 `numbers.currency` 中；实为「{found}」" => "可用：{allowed}";
    "amount_too_fine/thousands": "{currency} 金额至多 {places} 位小数，除非小数点用作千位分隔（{meant}）；实为「{found}」" => "请写 {meant}，或按本单位规定舍入";
    "amount_too_fine": "{currency} 金额至多 {places} 位小数；实为「{found}」，有 {part} 位" => "请按本单位规定舍入";
    "amount_signed": "金额不带正负号，方向由命令表示；实为「{found}」" => "请去掉正负号，并选用相应命令：追加或追减、调增或调减";
    "amount_too_large": "金额至多 2^127 − 1 个最小货币单位；实为「{found}」" => "请检查位数";
    "amount_two_units": "单元格中的单位与映射文件的 `scale` = {scale} 会重复相乘；实为「{found}」" => "请去掉其中之一";
    "amount_grouping/either": "千位分隔不正确：「{found}」" => "请写明是哪一个：{meant}";
    "amount_grouping": "千位分隔不正确：「{found}」" => "请不用千位分隔，如 1204.50";
    "amount_malformed/meant": "「{found}」不是金额，可能是 {meant}" => "请按所指写明：{meant}";
    "amount_malformed/composed": "「{found}」的各部分不能合成一个金额：单位须逐级减小，每部分须小于前一单位" => "请写作 1亿2000万 或 1200元5角3分";
    "amount_malformed/minor": "映射文件写明金额以最小货币单位计（`minor = true`）；实为「{found}」" => "请把 12.50 写作 1250，或去掉映射文件中的 `minor`";
    "amount_malformed": "「{found}」不是金额" => "请写作 1204.50、1,204.50、10万 或 12元";
    "command_id_length": "操作编号须为 1 至 128 字节，实为 {part} 字节" => "请用文号或单据编号，如 2002-0315-04";
    "date_malformed/formats": "日期须按映射文件规定的格式书写；实为「{found}」" => "可用格式：{allowed}";
    "date_malformed/meant": "「{found}」可能是多个日期" => "请写明是哪一个：{meant}";
    "date_malformed/year_first": "日期须从年份写起；实为「{found}」" => "请写 {meant}";
    "date_malformed/year": "日期须有四位数的年份；实为「{found}」" => "请写作 2002-03-15、2002/3/15 或 2002年3月15日";
    "date_malformed/parts": "日期须有年、月、日；实为「{found}」" => "请写作 2002-03-15、2002/3/15 或 2002年3月15日";
    "date_malformed": "「{found}」不是日期" => "请写作 2002-03-15、2002/3/15 或 2002年3月15日";
    "date_no_such_day": "没有「{found}」这一天" => "{month} 有 {days} 天";
    "date_no_such_day": "没有「{found}」这一天" => "月份为 1 至 12，写在年与日之间";
    "year_ambiguous": "「{found}」可能指以该年开始的预算年度，也可能指以该年结束的预算年度" => "请写明是哪一个：{meant}；映射文件可在 `[dates]` 中写 `fy = \"begins\"` 或 `fy = \"ends\"`";
    "year_malformed": "年度须为四位数；实为「{found}」" => "请写作 2002";
    "entry_malformed/new": "这笔业务不能成为条目" => "请减少一个条目中的内容，或作为附件登记";
    "entry_malformed": "「{found}」不是条目" => "请写 @12（序号）、条目的 UUID，或支付的 FUND/YEAR/VOUCHER，如 PD-INFO/2002/7；查看 `earmark register`";
    "entry_malformed": "条目 {index} 的内容损坏，无法读取" => "请执行 `earmark verify --store`，并保留账簿的副本";
    "line_malformed/part": "「{found}」不是「指标=金额」" => "请写作 LINE=AMOUNT，如 PD-INFO:2002=500000";
    "line_malformed": "「{found}」不是指标" => "请写作 FUND:YEAR，如 PD-INFO:2002，或 FUND:YEAR:ORIGIN[:CLASS]；查看 `earmark balance --by line`";
    "utc_offset_malformed": "时区须在 -14:00 与 +14:00 之间；实为「{found}」" => "请写作 +08:00";
    "period_malformed": "「{found}」不是日、月、季度或年度" => "请写作 2002-03-15、2002-03、2002Q1 或 2002";
    "size_too_large": "条目数须小于 2^64；实为「{found}」" => "查看 `earmark stats` 所示的条目数";
    "as_known_at_malformed": "「{found}」既不是条目数，也不是时间" => "请写条目数，或 2002-03-15、2002-03-15T09:30、2002-03-15T09:30:00+08:00 这样的时间";
}
