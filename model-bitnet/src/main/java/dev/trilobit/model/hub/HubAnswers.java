package dev.trilobit.model.hub;

import java.net.URI;
import java.net.http.HttpHeaders;

/** Explains to people what the hub's refusals mean and what to do about them. */
final class HubAnswers {
    private final URI endpoint;
    private final boolean hasToken;

    /**
     * Makes it for a hub.
     *
     * @param hasToken whether requests carried one
     */
    HubAnswers(URI endpoint, boolean hasToken) {
        this.endpoint = endpoint;
        this.hasToken = hasToken;
    }

    /**
     * Returns what to throw.
     *
     * @param revision that was asked for
     * @param file that was asked for; empty for the repository itself
     * @param headers the hub says more in {@code X-Error-Code} and {@code X-Error-Message}
     */
    HubException refusal(
            HubRepository repository,
            String revision,
            String file,
            int status,
            HttpHeaders headers) {
        String code = headers.firstValue("X-Error-Code").orElse("");
        String said = HubPath.printable(headers.firstValue("X-Error-Message").orElse(""));
        String what = file.isEmpty() ? repository.toString() : repository + ": " + file;
        String page = endpoint + "/" + repository;
        String reason;
        if (code.equals("GatedRepo")) {
            reason = gated(page);
        } else if (code.equals("RevisionNotFound")) {
            reason =
                    "there is no revision '%s'; %s/tree/main shows which there are"
                            .formatted(revision, page);
        } else if (code.equals("EntryNotFound") || (status == 404 && !file.isEmpty())) {
            reason =
                    "there is no such file at revision '%s'; --list shows which there are"
                            .formatted(revision);
        } else {
            reason =
                    switch (status) {
                        case 401 -> unknown();
                        case 403 ->
                                "access is forbidden; %s shows its terms, and the token must be"
                                                .formatted(page)
                                        + " allowed to read it";
                        case 404 -> "there is no such repository; is the name right? " + notSeen();
                        case 451 -> "access is disabled for legal reasons";
                        default -> "%s did not answer as expected".formatted(endpoint);
                    };
        }
        return new HubException(
                "%s: %s (%d%s)".formatted(what, reason, status, said.isEmpty() ? "" : ": " + said));
    }

    private String gated(String page) {
        return hasToken
                ? "its owner must let you in: accept the terms at %s with the account of the token, then try again"
                        .formatted(page)
                : "its owner must let you in: accept the terms at %s, make a token at %s/settings/tokens, set HF_TOKEN to it and try again"
                        .formatted(page, endpoint);
    }

    /** The hub says 401 to strangers also where there is nothing, so as to tell no names. */
    private String unknown() {
        return hasToken
                ? "the hub does not take the token of HF_TOKEN or the token file, or there is no such repository"
                : "there is no such repository, or it is private: is the name right? " + notSeen();
    }

    private String notSeen() {
        return hasToken
                ? "A private one is not shown to a token without access."
                : "A private one needs a token: make one at %s/settings/tokens and set HF_TOKEN to it."
                        .formatted(endpoint);
    }
}
