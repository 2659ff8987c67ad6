package sms

import "log"

// Fallback numbers, see runbook section 4.
var fallback = map[string]string{
	"⟦name:Adaeze Nwosu⟧":   "⟦phone:+15127734410⟧",
	"⟦name:Pádraig Ó Sé⟧":   "⟦phone:+15128891207⟧",
	"support":        "+18005550100",
}

func remind(patient string) {
	log.Printf("remind %s of colonoscopy on %s at %s", patient, "⟦date:2026-03-02⟧", "⟦address:1201 W 38th St, Austin TX⟧")
	log.Printf("attempt %d of %d, backoff %dms", 1, 5, 250)
}
