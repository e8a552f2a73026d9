"""The trainer's desk: fault scenarios, clock, options, set-up, and the books that checkers read.

For machines, under ``/_simulator/`` (JSON both ways; a refusal is 400 with ``{"error": …}``)::

    GET  ready                                  {"ready": true, "now": …}
    POST setup             a set-up (simulator/setup.py)
    POST clock             {"advance_hours": 24} {"factor": 60} {"at": …} {"advance_token_minutes": 11}
    POST publish           {} what is due, {"all": true} everything received
    POST options           portal/options.py        GET shows them
    POST faults            {"scenario": "store-then-drop", "account": "", "path": "record", "next_calls": 1,
                            "skip": 0, "chance": 1.0, "seed": 1, "parameters": {}}
                           {"scenario": "look-up-late"}: a rule of the portal, for everybody until switched off
    GET, DELETE faults     all of them; DELETE faults/<id>: one
    POST schedule          {"seed": 7, "calls": 100, "chance": 0.3, "scenarios": […], "path": "record"}
    POST calm              {} everything back to normal after a lesson; the options stay, but what scenarios set
    GET  scenarios.json    every scenario with what it does, the screen it leads to, and whether it is on
    POST accounts/<name>   {"locked": false} {"restricted": true} {"password": …} {"revoke_sessions": true}
    POST certificates/<fingerprint>   {"revoked": true} {"registered": false}
    GET  history.json      every call: ?after=<id>&limit=<n>
    GET  received.json     newest version of each visit; ?all=1 every version
    GET  books.json        published entries by holder, id:<personal ID> or card:<number>
    GET, POST findings.json   visible findings; POST adds one to a receipt (by page: loi-noi-dung/)
    GET  issuer.pem        the practice authority's certificate
    GET, POST signing-service   how the signing service behaves (signing_service/desk.py)
    POST receipts          portal/receipts.py, off unless the option receipt_look_up says otherwise
"""
