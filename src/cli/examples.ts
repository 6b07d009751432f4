/** Examples of commands, as help, docs/commands.md and mmm(1) show them. A test reads each as the program would. */

export interface Example {
  readonly line: string;
  readonly tells: string;
}

/** Of each command whose use is not plain from its operands and options. */
const EXAMPLES: Readonly<Record<string, readonly (readonly [line: string, tells: string])[]>> = {
  status: [
    ["mmm status --cluster", "also the monitors, and who votes what"],
    ["mmm status -o json", "for programs"],
    ["mmm status --watch -o jsonl", "one line of JSON for each change"],
  ],
  checks: [["mmm checks all lag", "how far each replica is behind"]],
  check: [["mmm check --warn-lag 1mb --crit-lag 10mb", "as a plugin of Nagios"]],
  explain: [
    ["mmm explain db2", "whether that node could take over"],
    ["mmm explain --group sessions", "of one group of several"],
  ],
  doctor: [
    ["mmm doctor db2", "one node and its host"],
    ["mmm doctor --here --config new.conf", "before the first start, on a monitor's host"],
    ["mmm doctor --print sudoers", "what sudo must allow on the database hosts"],
  ],
  history: [
    ["mmm history -n 5", "the newest five"],
    ["mmm history show 7", "all of the operation with epoch 7: the first column"],
  ],
  set_master: [["mmm set_master db2 --dry-run", "only tell what would be done"]],
  switchover: [
    ["mmm switchover --dry-run", "who would be master, and each step"],
    ["mmm switchover --to db2 --yes", "without a question"],
    ["mmm switchover --to db2 --at 03:00", "waits in this terminal"],
  ],
  failover: [
    ["mmm failover --force", "although mode or cooldown would hold it back"],
    ["mmm failover --force --to db2 --accept-data-loss", "db2, although it lacks writes"],
  ],
  mode: [["mmm mode manual --group sessions", "no failover by itself, until: mode active"]],
  pause: [['mmm pause --for 30m --reason "new kernel on db3"', "shown to everybody who asks"]],
  acknowledge: [["mmm acknowledge db1", "of one node"]],
  reload: [
    ["mmm reload --dry-run", "what the files say that is not in force yet"],
    ["mmm reload --config new.conf", "by a file of this host"],
    ["mmm reload --drop-group sessions", "its virtual IPs are taken away"],
  ],
  monitor: [
    ["mmm monitor add mon4=192.168.10.14:7400", "it runs there already, empty"],
    ["mmm monitor remove mon4", "then stop it"],
    ["mmm monitor replace mon2", "its disk was lost; it runs again, empty"],
    ["mmm monitor replace mon2=192.168.10.22:7400", "on another host"],
  ],
  adopt: [
    ["mmm adopt 1a2b3c4d", "the hosts of that cluster, which is gone"],
    ["mmm adopt --empty db1", "you saw db1 switched off"],
  ],
  config: [
    ["mmm config check new.conf", "every problem at once"],
    ["mmm config check --rtt 60ms", "for sites that are 60 ms apart"],
    ["mmm config show", "what is in force, with the defaults"],
  ],
  init: [
    [
      "mmm init --vip 192.168.10.70 --interface eth1 --node db1=192.168.10.1 --node db2=192.168.10.2 --monitor mon1=192.168.10.11 --monitor mon2=192.168.10.12 --monitor mon3=192.168.10.13",
      "writes /etc/redis-mmm.conf without a question",
    ],
    [
      "mmm init --group sessions --vip 192.168.10.71 --node 192.168.10.1:6380 --node 192.168.10.2:6380",
      "the file of one more group",
    ],
  ],
  tls: [
    ["mmm tls init mmm-keys", "once, where you keep keys"],
    ["mmm tls issue mmm-keys --monitor mon1 --monitor mon2", "a key and a certificate for each"],
    ["mmm tls issue mmm-keys --monitor mon1 --renew", "in place of the one that ends soon"],
    ["mmm tls issue mmm-keys --operator ann", "ann may act"],
    ["mmm tls revoke mmm-keys --operator ann", "then copy revoked.txt to every monitor"],
    ["mmm tls show /etc/redis-mmm/monitor.pem", "whom it names, and until when"],
  ],
  state: [
    ["mmm state export state.json", "on the host of a monitor, as its user"],
    ["mmm state export --data-dir /srv/mmm state.json", "of a monitor that keeps its data there"],
    ["mmm state import state.json", "on every monitor of the new set"],
  ],
  move_role: [
    ["mmm move_role writer db2", "mmm switchover --to db2"],
    ["mmm move_role reader db3", "the only reader VIP"],
  ],
  set_ip: [
    ["mmm set_ip 192.168.10.71 db3", "db3 serves that reader VIP"],
    ["mmm set_ip 192.168.10.70 db2", "of the writer: mmm switchover --to db2"],
  ],
  completion: [["mmm completion zsh", "for a file _mmm in a folder of fpath"]],
};

export function examplesOf(command: string): readonly Example[] {
  return (EXAMPLES[command] ?? []).map(([line, tells]) => ({ line, tells }));
}
