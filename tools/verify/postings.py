"""Balances, from the posting table of schemas/entry.md §7."""

from body import KINDS

STAGES = [KINDS["Stage"][number] for number in sorted(KINDS["Stage"])]
OPEN = ("approved", "completed")


# What can be reversed, of a breach too (§7.6).
REVERSIBLE = {
    "AllocationRecorded", "AllocationAdjusted", "AllocationTransferred", "FundsReserved", "ReservationReleased",
    "ProjectApproved", "ProjectCompleted", "ProjectTerminated", "ProjectClosedOut", "CommitmentMade",
    "CommitmentIncreased", "CommitmentReduced", "CommitmentClosed", "DisbursementRecorded", "RefundReceived",
    "FollowOnPledged", "FollowOnPaidIn", "FollowOnWithdrawn", "BalanceCarriedForward", "BalanceLapsed",
}  # fmt: skip
ENGAGED = ("committed", "approved_unpaid", "paid")
# What gave authority, by the event that did; supplements and reductions are adjustments.
FLOWS = {"AllocationRecorded": "allocated", "AllocationTransferred": "transfers_net", "BalanceCarriedForward": "carried_in"}
# The names of the budget, as reports have them, and the stage that each is.
NAMES = {
    "reserved": "reserved",
    "committed": "committed",
    "approved_unpaid": "approved_unpaid",
    "paid_net": "paid",
    "invested": "invested",
    "refunded_out": "refunded_out",
    "carried_out": "carried_out",
    "lapsed": "lapsed",
    "available": "unreserved",
}


def leaf(line, stage, project=None, commitment=None):
    return (line, stage, project, commitment)


class Undefined(Exception):
    """An entry whose moves §7.2 does not define: it is void (§7.6)."""


def within(amount):
    """A sum that 128 bits hold."""
    if not -(2**127) <= amount < 2**127:
        raise Undefined("a sum beyond 128 bits")
    return amount


class Project:
    def __init__(self):
        self.status, self.before, self.engaged = "approved", None, 0
        self.funded = {}  # line -> number of entries that stand and gave funding


class Share:
    def __init__(self, source):
        self.source, self.entries = source, 0


class Fold:
    """Adds up entries in order. Decides no rule."""

    def __init__(self):
        self.balances = {}
        self.projects = {}
        self.commitments = {}  # contract -> {(line, project): Share}
        self.moves = []  # of every entry, by index
        self.given = {}  # (fund, flow) -> what was given
        self.carried = {}  # (fund, fund) -> what was carried from lines of the one to lines of the other
        self.gave_funding = set()  # carry-forwards, by index
        self.bodies = {}  # index -> (name, fields), of what may be reversed or refunded
        self.funds = []
        self.lines = {}  # line -> number of entries that opened it and stand
        self.kinds = []  # of every entry, by index
        self.reversed = set()
        self.void = set()  # entries that moved nothing, against the page's table: §7.6

    def apply(self, index, name, fields, changes_nothing=False):
        self.kinds.append(name)
        mover = getattr(self, "moves_" + name, None)
        try:
            if changes_nothing:
                raise Undefined(name)
            self.check_new(name, fields)
            moves = mover(fields) if mover else []
            self.post(name, fields, moves)
        except (KeyError, Undefined):
            self.void.add(index)
            self.moves.append([])
            return
        if name == "FundEstablished":
            self.funds.append(fields["code"])
        if moves:
            self.give(name, fields, moves)
        self.moves.append(moves)
        if mover or name in ("ProjectApproved", "ProjectCompleted", "ProjectTerminated"):
            self.bodies[index] = (name, fields)
        after = getattr(self, "after_" + name, None)
        if after:
            after(fields)

    def check_new(self, name, fields):
        """What an event makes is not known yet."""
        made = {
            "FundEstablished": (self.funds, "code"),
            "AllocationRecorded": (self.lines, "line"),
            "ProjectApproved": (self.projects, "code"),
            "CommitmentMade": (self.commitments, "contract"),
        }.get(name)
        if made and fields[made[1]] in made[0]:
            raise Undefined(made[1])

    def post(self, name, fields, moves):
        """Posts the moves, all or none."""
        before, engaged = {}, {}
        try:
            for source, target, amount in moves:
                for account, change in ((source, within(-amount)), (target, amount)):
                    balance = self.balances.get(account, 0)
                    before.setdefault(account, balance)
                    self.balances[account] = within(balance + change)
                    if account[1] in ENGAGED and account[2] is not None:
                        engaged[account[2]] = within(engaged.get(account[2], 0) + change)
            for project, change in engaged.items():
                if project in self.projects:
                    within(self.projects[project].engaged + change)
            self.check_homes(name, fields, before)
        except Undefined:
            self.balances.update(before)
            raise
        for project, change in engaged.items():
            if project in self.projects:
                self.projects[project].engaged += change

    def check_homes(self, name, fields, touched):
        """Every account that is not zero belongs to what is known, or what the event makes."""
        opened = {"AllocationRecorded": "line", "BalanceCarriedForward": "to"}.get(name)
        line = fields[opened] if opened else None
        project = fields["code"] if name == "ProjectApproved" else None
        contract = fields["contract"] if name == "CommitmentMade" else None
        gone = self.bodies.get(fields["entry"], ("", {})) if name == "EntryReversed" else ("", {})
        if gone[0] in ("ProjectApproved", "CommitmentMade"):
            place, code = (2, gone[1]["code"]) if gone[0] == "ProjectApproved" else (3, gone[1]["contract"])
            if any(balance and account[place] == code for account, balance in self.balances.items()):
                raise Undefined(code)
        for account in touched:
            has_line = (account[0] in self.lines or account[0] == line) and account[0][0] in self.funds
            has_project = account[2] is None or account[2] in self.projects or account[2] == project
            has_contract = account[3] is None or account[3] in self.commitments or account[3] == contract
            if self.balances[account] and not (has_line and has_project and has_contract):
                raise Undefined(account)

    def give(self, name, fields, moves):
        """What gave authority, and what was carried; a reversal takes it back."""
        sign = 1
        if name == "EntryReversed":
            name, fields = self.bodies.get(fields["entry"], ("", {}))
            sign = -1
        flow = FLOWS.get(name, "adjustments")
        for source, target, amount in moves:
            for account, given in ((source, amount), (target, -amount)):
                if account[1] == "authority":
                    of = (account[0][0], flow)
                    self.given[of] = self.given.get(of, 0) + given
        if name == "BalanceCarriedForward":
            pair = (fields["from"][0], fields["to"][0])
            self.carried[pair] = self.carried.get(pair, 0) + sign * fields["amount"]

    def balance(self, account):
        return self.balances.get(account, 0)

    # §7.1

    def is_funded(self, line, project):
        return project in self.projects and line in self.projects[project].funded

    def fund(self, line, project):
        if project in self.projects:
            funded = self.projects[project].funded
            funded[line] = funded.get(line, 0) + 1

    def unfund(self, line, project):
        if project in self.projects and line in self.projects[project].funded:
            funded = self.projects[project].funded
            funded[line] -= 1
            if not funded[line]:
                del funded[line]

    def natural(self, line, project):
        return "reserved" if self.is_funded(line, project) else "unreserved"

    @staticmethod
    def source(line, project, stage):
        if project is not None and stage == "reserved":
            return leaf(line, "reserved", project)
        return leaf(line, "unreserved")

    # §7.2, one function an event

    def moves_AllocationRecorded(self, b):
        return [(leaf(b["line"], "authority"), leaf(b["line"], "unreserved"), b["amount"])]

    def moves_AllocationAdjusted(self, b):
        authority, unreserved = leaf(b["line"], "authority"), leaf(b["line"], "unreserved")
        if b["direction"] == "supplement":
            return [(authority, unreserved, b["amount"])]
        return [(unreserved, authority, b["amount"])]

    def moves_AllocationTransferred(self, b):
        moves = [(leaf(b["from"], "unreserved"), leaf(b["from"], "authority"), b["amount"])]
        if b["to"] is not None:
            moves.append((leaf(b["to"], "authority"), leaf(b["to"], "unreserved"), b["amount"]))
        return moves

    def moves_FundsReserved(self, b):
        return [(leaf(b["line"], "unreserved"), leaf(b["line"], "reserved", b["project"]), b["amount"])]

    def moves_ReservationReleased(self, b):
        return [(leaf(b["line"], "reserved", b["project"]), leaf(b["line"], "unreserved"), b["amount"])]

    def moves_ProjectApproved(self, b):
        return [
            (leaf(f["line"], "unreserved"), leaf(f["line"], "reserved", b["code"]), f["amount"])
            for f in b["funding"]
        ]

    def moves_ProjectClosedOut(self, b):
        self.projects[b["code"]]
        return [
            (account, leaf(account[0], "unreserved"), balance)
            for account, balance in self.balances.items()
            if account[1:] == ("reserved", b["code"], None) and balance
        ]

    def commit(self, contract, split, shares):
        line, project = split["line"], split["project"]
        share = shares.get((line, project))
        stage = share.source if share else self.natural(line, project)
        committed = leaf(line, "committed", project, contract)
        return (self.source(line, project, stage), committed, split["amount"])

    def moves_CommitmentMade(self, b):
        return [self.commit(b["contract"], split, {}) for split in b["splits"]]

    def moves_CommitmentIncreased(self, b):
        shares = self.commitments[b["contract"]]
        return [self.commit(b["contract"], split, shares) for split in b["splits"]]

    def give_back(self, contract, line, project, amount):
        share = self.commitments[contract].get((line, project))
        stage = share.source if share else "unreserved"
        if project in self.projects and self.projects[project].status == "closed_out":
            stage = "unreserved"
        return (leaf(line, "committed", project, contract), self.source(line, project, stage), amount)

    def moves_CommitmentReduced(self, b):
        self.commitments[b["contract"]]
        return [self.give_back(b["contract"], s["line"], s["project"], s["amount"]) for s in b["splits"]]

    def moves_CommitmentClosed(self, b):
        moves = []
        for line, project in self.commitments[b["contract"]]:
            rest = self.balance(leaf(line, "committed", project, b["contract"]))
            if rest:
                moves.append(self.give_back(b["contract"], line, project, rest))
        return moves

    def moves_DisbursementRecorded(self, b):
        moves = []
        for split in b["splits"]:
            line, project, rest = split["line"], split["project"], split["amount"]
            paid = leaf(line, "paid", project, b["commitment"])
            if b["commitment"] is None:
                moves.append((self.source(line, project, self.natural(line, project)), paid, rest))
                continue
            committed = leaf(line, "committed", project, b["commitment"])
            covered = min(rest, max(self.balance(committed), 0))
            moves.append((committed, paid, covered))
            rest -= covered
            if rest and self.is_funded(line, project):
                reserved = leaf(line, "reserved", project)
                part = min(rest, max(self.balance(reserved), 0))
                moves.append((reserved, paid, part))
                rest -= part
            if rest:
                moves.append((leaf(line, "unreserved"), paid, rest))
        return moves

    def moves_RefundReceived(self, b):
        name, payment = self.bodies[b["disbursement"]]
        if name != "DisbursementRecorded":
            raise KeyError(f"a payment at {b['disbursement']}")
        moves = []
        for split in b["splits"]:
            line, project = split["line"], split["project"]
            paid = leaf(line, "paid", project, payment["commitment"])
            if not b["restores_budget"]:
                target = leaf(line, "refunded_out", project, payment["commitment"])
            else:
                is_open = project in self.projects and self.projects[project].status in OPEN
                target = self.source(line, project, self.natural(line, project) if is_open else "unreserved")
            moves.append((paid, target, split["amount"]))
        return moves

    def moves_BalanceCarriedForward(self, b):
        of = (b["project"], b["commitment"])
        return [
            (leaf(b["from"], b["stage"], *of), leaf(b["from"], "carried_out", *of), b["amount"]),
            (leaf(b["to"], "authority"), leaf(b["to"], b["stage"], *of), b["amount"]),
        ]

    def moves_BalanceLapsed(self, b):
        return [(leaf(b["line"], "unreserved"), leaf(b["line"], "lapsed"), b["amount"])]

    def moves_EntryReversed(self, b):
        entry = b["entry"]
        if entry >= len(self.moves) or entry in self.void or entry in self.reversed:
            raise Undefined(entry)
        if self.kinds[entry] not in REVERSIBLE:
            raise Undefined(self.kinds[entry])
        return [(target, source, amount) for source, target, amount in reversed(self.moves[b["entry"]])]

    # §7.3

    def after_AllocationRecorded(self, b):
        self.lines[b["line"]] = 1

    def unopen(self, line):
        if line in self.lines:
            self.lines[line] -= 1
            if self.lines[line] <= 0:
                if any(balance and account[0] == line for account, balance in self.balances.items()):
                    self.lines[line] = 0
                else:
                    del self.lines[line]

    def after_ProjectApproved(self, b):
        self.projects[b["code"]] = Project()
        for funding in b["funding"]:
            self.fund(funding["line"], b["code"])

    def set_status(self, code, status):
        if code in self.projects:
            self.projects[code].status = status

    def after_ProjectCompleted(self, b):
        self.set_status(b["code"], "completed")

    def after_ProjectTerminated(self, b):
        self.set_status(b["code"], "terminated")

    def after_ProjectClosedOut(self, b):
        project = self.projects[b["code"]]
        project.before, project.status = project.status, "closed_out"

    def after_FundsReserved(self, b):
        self.fund(b["line"], b["project"])

    def stand(self, contract, line, project, source):
        share = self.commitments[contract].setdefault((line, project), Share(source))
        share.entries += 1

    def fall(self, contract, line, project):
        shares = self.commitments.get(contract, {})
        if (line, project) in shares:
            shares[(line, project)].entries -= 1
            if not shares[(line, project)].entries:
                del shares[(line, project)]

    def after_CommitmentMade(self, b):
        self.commitments[b["contract"]] = {}
        self.after_CommitmentIncreased(b)

    def after_CommitmentIncreased(self, b):
        for source, target, _ in self.moves[-1]:
            self.stand(b["contract"], target[0], target[2], source[1])

    def after_BalanceCarriedForward(self, b):
        self.lines[b["to"]] = self.lines.get(b["to"], 0) + 1
        source = "reserved" if b["stage"] == "reserved" else "unreserved"
        if b["commitment"] in self.commitments:
            share = self.commitments[b["commitment"]].get((b["from"], b["project"]))
            source = share.source if share else "unreserved"
            self.stand(b["commitment"], b["to"], b["project"], source)
        if source == "reserved":
            self.fund(b["to"], b["project"])
            self.gave_funding.add(len(self.moves) - 1)

    def after_EntryReversed(self, b):
        self.reversed.add(b["entry"])
        name, fields = self.bodies.get(b["entry"], ("", {}))
        if name == "AllocationRecorded":
            self.unopen(fields["line"])
        elif name == "ProjectApproved":
            self.projects.pop(fields["code"], None)
        elif name == "CommitmentMade":
            self.commitments.pop(fields["contract"], None)
        elif name == "FundsReserved":
            self.unfund(fields["line"], fields["project"])
        elif name == "CommitmentIncreased":
            for split in fields["splits"]:
                self.fall(fields["contract"], split["line"], split["project"])
        elif name == "BalanceCarriedForward":
            if b["entry"] in self.gave_funding:
                self.unfund(fields["to"], fields["project"])
            self.fall(fields["commitment"], fields["to"], fields["project"])
            self.unopen(fields["to"])
        elif name in ("ProjectCompleted", "ProjectTerminated"):
            self.set_status(fields["code"], "approved")
        elif name == "ProjectClosedOut" and fields["code"] in self.projects:
            project = self.projects[fields["code"]]
            project.status, project.before = project.before or "completed", None

    # what comes of it

    def by_fund(self):
        """Every fund by the names of the budget, and the balance of its accounts by stage; minor units."""
        stages = {code: dict.fromkeys(STAGES, 0) for code in self.funds}
        for (line, stage, _, _), amount in self.balances.items():
            stages.setdefault(line[0], dict.fromkeys(STAGES, 0))[stage] += amount
        funds = {code: self.budget([code], sums) for code, sums in stages.items()}
        return {
            code: {**said(budget), "stages": said(stages[code])}
            for code, budget in funds.items()
        }

    def totals(self):
        """All funds together: what was carried from one to another is in neither column."""
        sums = dict.fromkeys(STAGES, 0)
        for (_, stage, _, _), amount in self.balances.items():
            sums[stage] += amount
        codes = {line[0] for line, _, _, _ in self.balances}
        return said(self.budget(codes, sums))

    def budget(self, codes, stages):
        """What was carried from a line of these funds to another is in neither `carried_in` nor `carried_out`."""
        within = sum(amount for (source, target), amount in self.carried.items() if source in codes and target in codes)
        given = {
            flow: sum(self.given.get((code, flow), 0) for code in codes)
            for flow in ("allocated", "adjustments", "transfers_net", "carried_in")
        }
        given["carried_in"] -= within
        budget = {**given, "budget_final": sum(given.values())}
        budget.update((name, stages[stage]) for name, stage in NAMES.items())
        budget["carried_out"] -= within
        return budget


def said(sums):
    return {name: str(amount) for name, amount in sums.items()}
