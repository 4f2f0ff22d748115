//! The machine: files, disks, the store, locks, the network.

super::table! {
    "disk_full": "无法{doing} {path}：磁盘空间不足" => "请清理该磁盘，然后重新执行同一命令";
    "read_only": "无法{doing} {path}：文件系统只读" => "请以可写方式挂载文件系统，或复制账簿";
    "no_permission": "无法{doing} {path}：没有权限" => "请以账簿所有者的身份执行，或更改权限";
    "file_too_large": "{path} 过大，这种文件{expected}" => "请先写 .tlog-proof 文件，再用 `--entry` 指明 .entry 文件，用 `--policy` 指明见证规则";
    "file_too_large": "无法{doing} {path}：文件过大" => "请核对是否为所指的文件";
    "io": "无法{doing} {path}：{reason}";
    "io": "第 {line} 行之后的内容无法读取：{reason}";
    "locked/waited": "账簿 {path} 正被进程 {pid} 占用（已等待 {waited_seconds} 秒）" => "用 `--wait SECONDS` 可等待更久；它已确认的内容均会保留；读取和验证不需要锁";
    "locked/waited": "账簿 {path} 正被另一进程占用（已等待 {waited_seconds} 秒）" => "用 `--wait SECONDS` 可等待更久；它已确认的内容均会保留；读取和验证不需要锁";
    "locked": "账簿 {path} 正被进程 {pid} 占用" => "请待其完成后再试，或结束该进程：它已确认的内容均会保留；读取和验证不需要锁";
    "locked": "账簿 {path} 正被另一进程占用" => "请待其完成后再试，或结束该进程：它已确认的内容均会保留；读取和验证不需要锁";
    "lock_unfit": "锁文件 {path} {reason}" => "未写入任何内容；请查明是谁放在那里的，并移走它";
    "no_fresh_folder": "副本的名称都已被占用" => "请移走旧的副本";
    "no_randomness": "操作系统不提供随机数" => "请检查是否允许使用 `getrandom`，能否读取 `/dev/urandom`";
    "internal/writes": "程序遇到未曾预料的情况：{found}" => "已确认的内容不会丢失；请用同一 `--command-id` 重新执行，或查看是否已入账：`earmark register`";
    "internal/reads": "程序遇到未曾预料的情况：{found}" => "请重新执行；可能是内存或线程不足，或磁盘有故障";
    "state_too_large": "账簿的状态过大";
    "state_damaged": "账簿状态的快照已损坏" => "未写入任何内容；请重新执行同一命令，届时由条目重新得出状态";
    "state_unread": "账簿状态的快照无法读取" => "未写入任何内容；请重新执行同一命令；若再次出现，请检查磁盘";
    "cache_too_large": "缓存过大";
    "store_damaged": "存储引擎中的副本不可用" => "请在 log/ 文件夹在位时打开账簿：持久日志和存档中可验证的内容会保留，并据此重建存储";
    "store_differs": "存储需要恢复" => "请在 log/ 文件夹在位时打开账簿：持久日志和存档中可验证的内容会保留，并据此重建存储";
    "store_locked": "{path} 中的存储正被另一程序打开" => "请待其结束，或结束该程序";
    "store_closed": "存储已关闭" => "请重新打开账簿";
    "store_poisoned": "此前对存储的写入失败，失败的同步从不重试" => "请排除故障后重新打开账簿；已确认的内容不会丢失";
    "store_stands_elsewhere": "存储回读的末尾与应有的不同：应为 {expected}，实为 {found}" => "未写入任何内容；请重新执行同一命令，届时重新读取磁盘；若再次出现，请检查磁盘";
    "store_unread_back": "存储已重新写入，但无法回读" => "没有丢失任何内容：请重新执行同一命令；若再次出现，请检查磁盘";
    "append_malformed": "这些操作不能追加到存储";
    "command_incomplete": "一笔业务缺少最后 {missing} 个条目";
    "cannot_listen": "无法在 {address} 监听：{reason}" => "请用 `--listen ADDRESS:PORT` 另选；端口 0 表示任一空闲端口";
    "cannot_serve": "服务已停止：{reason}" => "请重新启动";
    "time_limit": "服务器太慢：全部请求限时 {limit_seconds} 秒，期间收到 {files} 个文件、{bytes} 字节" => "请稍后再试，用其他方式取得副本，或延长时限：`--time-limit SECONDS`";
    "http_status": "{url} 答复状态 {found}，应为 {expected}" => "请查看服务器在该处的答复，例如用 `curl -i`";
    "url_malformed": "无法读取网址「{url}」" => "请写 https://budget.example.gov.cn/pudong/log 这样的网址";
    "too_large": "{url} 超过限定的 {most_bytes} 字节" => "请核对网址确属日志或见证方；未采用其任何内容";
    "redirect_refused": "{url} 答复状态 {status}，转到「{found}」；不予跟随" => "若信任该处，请直接写其网址";
    "http_malformed": "{url} 的答复无法读取" => "请核对该处有网络服务器，例如用 `curl -i`";
    "timed_out": "{url} 未及时答复" => "请再试；或询问服务器的管理人";
    "unreachable": "无法连接 {url}" => "请检查网址和服务器是否运行，然后再试";
}
