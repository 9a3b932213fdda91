import { useEffect, useState } from "preact/hooks";

/** Who sits here, as the server knows them by their token. */
export interface SignedIn {
  readonly name: string;
  readonly role: string;
  readonly token: string;
}

const storageKey = "penstock.token";

/** The token stays in this tab and goes when it is closed; what it may do only the server decides. */
export function usePerson() {
  const [person, setPerson] = useState<SignedIn>();
  const [complaint, complain] = useState("");
  const signIn = async (token: string): Promise<void> => {
    const known = await ask(token).catch(() => "The server does not answer.");
    if (typeof known === "string") {
      sessionStorage.removeItem(storageKey);
      setPerson(undefined);
      complain(known);
      return;
    }
    sessionStorage.setItem(storageKey, token);
    complain("");
    setPerson({ ...known, token });
  };
  const signOut = (): void => {
    sessionStorage.removeItem(storageKey);
    setPerson(undefined);
  };
  useEffect(() => {
    const kept = sessionStorage.getItem(storageKey);
    if (kept !== null) void signIn(kept);
  }, []);
  return { person, complaint, signIn, signOut };
}

async function ask(token: string): Promise<Omit<SignedIn, "token"> | string> {
  const answer = await fetch("/api/v1/me", { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) return "Nobody is known by this token.";
  return (await answer.json()) as Omit<SignedIn, "token">;
}
