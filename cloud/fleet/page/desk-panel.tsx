import type { DeskDocument, MarketDocument } from "@penstock/protocol/fleet";
import { useState } from "preact/hooks";
import { ApprovalCard } from "./approval-card.tsx";
import { deskAct } from "./desk-act.ts";
import { GateTable } from "./gate-table.tsx";
import { SignIn } from "./sign-in.tsx";
import { usePerson } from "./use-person.ts";

interface DeskPanelProps {
  readonly desk: DeskDocument;
  readonly market: MarketDocument;
  readonly isLive: boolean;
}

/** What waits, what may leave, and the switch: with who acts and why asked once for all of it. */
export function DeskPanel({ desk, market, isLive }: DeskPanelProps) {
  const { person, complaint, signIn, signOut } = usePerson();
  const [why, setWhy] = useState("");
  const [said, say] = useState("");
  const canAct = isLive && person !== undefined;
  const hasReason = why.trim() !== "";
  const act = async (name: string, fields: object) => {
    if (person === undefined) return;
    say(await deskAct(person.token, name, hasReason ? { ...fields, why } : fields));
    if (name !== "approve") setWhy("");
  };
  const submitFile = async (file: File | undefined) => {
    if (file === undefined || person === undefined) return;
    try {
      say(await deskAct(person.token, "bid", JSON.parse(await file.text()) as object));
    } catch {
      say(`${file.name} is not JSON.`);
    }
  };
  const changed = desk.capabilities.filter(({ state }) => state === "changed");
  return (
    <section class="panel desk" aria-label="Trader's desk">
      <header class="panel-header">
        <h2>
          Desk <span>what may leave, what waits</span>
        </h2>
        <SignIn person={person} complaint={complaint} onSignIn={(token) => void signIn(token)} onSignOut={signOut} />
      </header>
      {desk.approvals.length === 0 && <p class="empty">Nothing waits for approval.</p>}
      {desk.approvals.map((approval) => (
        <ApprovalCard
          key={approval.bidId}
          approval={approval}
          market={market}
          canAct={canAct}
          hasReason={hasReason}
          onApprove={() => void act("approve", { bidId: approval.bidId })}
          onReject={() => void act("reject", { bidId: approval.bidId })}
        />
      ))}
      {changed.map(({ siteId, toldHash }) => (
        <p key={siteId} class="attest is-warning">
          {siteId} runs on other grid settings than attested and is not bid.
          <button
            type="button"
            class="act"
            disabled={!canAct || !hasReason}
            onClick={() => void act("attest", { siteId, hash: toldHash })}
          >
            Attest {toldHash?.slice(0, 12)}
          </button>
        </p>
      ))}
      <GateTable
        rows={desk.gates}
        canSet={canAct && hasReason}
        onSet={({ subject, product }, gate) => void act("gate", { subject, product, gate })}
      />
      {person !== undefined && (
        <div class="desk-acts">
          <label class="reason">
            Reason, for the record
            <input value={why} maxLength={500} onInput={({ currentTarget }) => setWhy(currentTarget.value)} />
          </label>
          <label class="act act-file">
            Submit a bid file
            <input
              type="file"
              accept=".json,application/json"
              disabled={!canAct}
              onChange={({ currentTarget }) => {
                void submitFile(currentTarget.files?.[0]);
                currentTarget.value = "";
              }}
            />
          </label>
          {desk.kill === null ? (
            <button type="button" class="act act-bad" disabled={!canAct} onClick={() => void act("kill", {})}>
              Stop the algorithm
            </button>
          ) : (
            <button
              type="button"
              class="act"
              disabled={!canAct || !hasReason}
              onClick={() => void act("clear-kill", {})}
            >
              Let the algorithm bid again
            </button>
          )}
        </div>
      )}
      <p class="note" role="status">
        {said}
      </p>
    </section>
  );
}
