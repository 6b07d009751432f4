/**
 * `setup-host` where the monitors' user, or somebody before it, prepared the ground: it is root, and works below
 * that user's home. Each script runs in a copy of the file system, and in the network of a test host.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GuardHost, isRoot, VIP } from "./guard-host.ts";
import { COPY } from "./ssh-server.ts";

const SETUP_HOST = fileURLToPath(new URL("../../scripts/setup-host", import.meta.url));
const IS_LONG = process.env["MMM_LONG"] === "1";
const USER = "gt-setup";
const TARGET = "/etc/gt-target";
const BEGIN = `set -e
exec 2>&1
${COPY}
work=$(mktemp -d /var/gt-setup-XXXX); cd "$work"
trap 'rm -rf "$work"' EXIT
ssh-keygen -q -t ed25519 -N '' -C monitors -f id
setup() { ${SETUP_HOST} --user ${USER} --key id.pub --vip ${VIP} --interface e0 "$@"; }
`;
const AS_USER = `su -s /bin/sh ${USER} -c`;

describe.skipIf(!isRoot())("setup-host", () => {
  let host: GuardHost;
  beforeAll(() => {
    host = new GuardHost("setup");
  });
  afterAll(() => host[Symbol.dispose]());

  function run(script: string) {
    // --undo ends what runs as the user: that must be nobody's on this machine who has the same number.
    const apart = ["unshare", "-m", "-p", "-f", "--mount-proc", "--kill-child"];
    const inside = ["netns", "exec", host.host, ...apart, "sh", "-c", BEGIN + script];
    const { status, stdout } = spawnSync("ip", inside, { encoding: "utf8", timeout: 60_000 });
    return { status, said: stdout };
  }

  /** The first of them always. */
  const some = <T>(rows: readonly T[]): readonly T[] => rows.slice(0, IS_LONG ? rows.length : 1);
  // What makes an earlier version take a line out, and so write beside the file.
  const other = `echo "command=\\"$(command -v sudo) -n /usr/lib/redis-mmm/guard\\",restrict $(cat id.pub)"`;
  const kept = "sed -i '/^user /d' /usr/lib/redis-mmm/made-by-setup";
  const runs: readonly (readonly [what: string, before: string, after: string])[] = [
    ["--guard-only after the other form", "setup", "setup --guard-only"],
    ["a second run", `setup; ${other} >>/home/${USER}/.ssh/authorized_keys`, "setup"],
    ["--undo, which leaves the user", `setup; ${kept}`, `${SETUP_HOST} --undo`],
  ];
  test.each(some(runs))(
    "as %s follows no link that the user put beside the file",
    (_, before, after) => {
      const { said } = run(`${before}
${AS_USER} 'cd ~/.ssh && echo "${USER} ALL=(ALL) NOPASSWD: ALL" >>authorized_keys && ln -s ${TARGET} authorized_keys.new'
${after}
[ ! -e ${TARGET} ] || echo written as root
echo ended`);
      expect(said).toMatch(/ended\n$/);
      expect(said).not.toContain("written as root");
    },
  );

  const links: readonly (readonly [what: string, how: string])[] = [
    ["the folder", `cd ..; rm -r .ssh; ln -s ${TARGET} .ssh`],
    ["the file", `rm authorized_keys; ln -s ${TARGET}/file authorized_keys`],
    ["a file that is to come", `rm authorized_keys; ln -s ${TARGET}/new authorized_keys`],
  ];
  test.each(some(links))("writes nothing of root's when the user made a link of %s", (_, link) => {
    const { said } = run(`setup
mkdir -m 700 ${TARGET}; echo old >${TARGET}/file
${AS_USER} 'cd ~/.ssh && ${link}'
setup --guard-only || echo refused
echo "left: $(cat ${TARGET}/*)"`);
    expect(said).toContain(`${USER} cannot write`);
    expect(said).toMatch(/refused\nleft: old\n$/);
  });

  test("leaves one line of a key, the last form, and those of other keys as they were", () => {
    const { said } = run(`useradd --create-home --shell /bin/sh ${USER}
ssh-keygen -q -t ed25519 -N '' -f other
key=$(cut -d' ' -f1,2 id.pub) file=/home/${USER}/.ssh/authorized_keys
install -d -m 700 -o ${USER} -g ${USER} /home/${USER}/.ssh
{ cat id.pub; echo "# $key"; echo "from=\\"10.0.0.0/8\\" $key by hand"; printf %s "$(cat other.pub)"; } >$file
chown ${USER}: $file; chmod 640 $file
setup --guard-only
grep -c . $file; grep -v '^#' $file | grep -F "$key"; grep -cxF "$(cat other.pub)" $file; stat -c '%a %U' $file
setup --guard-only | grep 'a key'
setup >/dev/null; grep -v '^#' $file | grep -F "$key"
${SETUP_HOST} --undo >/dev/null; grep -c . $file; ls -A $(dirname $file)`);
    const lines = said
      .split("\n")
      .slice(said.split("\n").findIndex((one) => one.includes("done:")));
    expect(lines).toEqual([
      expect.stringContaining("done:"),
      "3",
      expect.stringMatching(
        /^command="\S+sudo -n \/usr\/lib\/redis-mmm\/guard",restrict ssh-ed25519 \S+ monitors$/,
      ),
      "1",
      `640 ${USER}`,
      expect.stringContaining("kept   a key in"),
      expect.stringMatching(/^restrict ssh-ed25519 \S+ monitors$/),
      "2",
      "authorized_keys",
      "",
    ]);
  });

  test.each(["", "--guard-only"])("says when the login shell would start no guard: %s", (form) => {
    const { said } = run(`useradd --create-home --shell /bin/rbash ${USER}
setup ${form} || echo refused`);
    const why = `${USER}, whose login shell is /bin/rbash, cannot run the guard: `;
    expect(said).toMatch(new RegExp(`${why}.*restricted.*\nrefused\n$`));
  });

  test("makes the guard and its folder root's again, and then it serves", () => {
    const { said } = run(`setup >/dev/null
chown ${USER} /usr/lib/redis-mmm; chmod 777 /usr/lib/redis-mmm /usr/lib/redis-mmm/guard
ln -s ${TARGET} /usr/lib/redis-mmm/guard.new
setup --guard-only
stat -c '%n %a %U' /usr/lib/redis-mmm /usr/lib/redis-mmm/guard
[ ! -e ${TARGET} ] || echo written as root`);
    expect(said).toContain(`done: ${USER} can run the guard`);
    expect(said).toMatch(/redis-mmm 755 root\n\/usr\/lib\/redis-mmm\/guard 755 root\n$/);
  });

  test("does not do what others may have written down for --undo", () => {
    const { status, said } = run(`setup >/dev/null
chmod 666 /usr/lib/redis-mmm/made-by-setup
${SETUP_HOST} --undo`);
    expect([status, said]).toEqual([1, expect.stringContaining("must be root's")]);
  });

  test("takes no name of an interface that is a path, whoever wrote it into the list", () => {
    const { said } = run(`echo 1 >arp_announce
install -d /etc/redis-mmm
printf '%s\\n' "10.77.0.7 e0 # by hand" "10.77.0.8 ../../../../../..$work" '10.77.0.9 *' >/etc/redis-mmm/guard.list
setup
setup --vip 10.77.0.6 --interface .. 2>&1 | head -n 1
echo "left: $(cat arp_announce)"; cat /etc/sysctl.d/60-redis-mmm.conf; grep -c '^10.77.0.7 e0$' /etc/redis-mmm/guard.list`);
    expect(said.slice(said.indexOf("setup-host: --interface"))).toBe(
      `setup-host: --interface: .. is not a name
left: 1
net/ipv4/conf/e0/arp_announce = 2
1
`,
    );
  });

  test("removes with --undo the user's home, and nothing where links in it lead", () => {
    const { status, said } = run(`setup >/dev/null
mkdir -m 777 ${TARGET}; echo old >${TARGET}/file; chmod 666 ${TARGET}/file
${AS_USER} 'cd && ln -s ${TARGET} link && ln -s ${TARGET}/file file && mkdir -p a/b && ln -s / a/b/root && ln -s ../.. a/b/up'
${SETUP_HOST} --undo
echo "left: $(cat ${TARGET}/file)"; ls -d /home/${USER} 2>/dev/null || echo no home; getent passwd ${USER} || echo no user`);
    expect(said).toMatch(/left: old\nno home\nno user\n$/);
    expect(status).toBe(0);
  });

  test("leaves with --undo what lies in the user's home and is not that user's to remove", () => {
    const { status, said } = run(`setup >/dev/null
mkdir /home/${USER}/roots; echo old >/home/${USER}/roots/file
${SETUP_HOST} --undo
cat /home/${USER}/roots/file; getent passwd ${USER} || echo no user`);
    expect(said).toContain(`kept   /home/${USER}: not all of it was ${USER}'s`);
    expect(said).toMatch(/\nold\nno user\n$/);
    expect(status).toBe(0);
  });
});
