import { useState } from "preact/hooks";
import type { SignedIn } from "./use-person.ts";

interface SignInProps {
  readonly person: SignedIn | undefined;
  readonly complaint: string;
  readonly onSignIn: (token: string) => void;
  readonly onSignOut: () => void;
}

/** Looking needs nobody; acting needs somebody. */
export function SignIn({ person, complaint, onSignIn, onSignOut }: SignInProps) {
  const [token, setToken] = useState("");
  if (person !== undefined) {
    return (
      <p class="signed-in">
        {person.name} <span class="tag">{person.role}</span>
        <button type="button" class="quiet" onClick={onSignOut}>
          Sign out
        </button>
      </p>
    );
  }
  return (
    <form
      class="sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        onSignIn(token.trim());
        setToken("");
      }}
    >
      {complaint !== "" && (
        <span class="is-warning" role="alert">
          {complaint}
        </span>
      )}
      <input
        type="password"
        aria-label="Your token"
        placeholder="your token"
        autocomplete="off"
        value={token}
        onInput={({ currentTarget }) => setToken(currentTarget.value)}
      />
      <button type="submit" class="quiet" disabled={token.trim() === ""}>
        Sign in
      </button>
    </form>
  );
}
