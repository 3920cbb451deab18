// Asks the system's own date, in words that only GNU's knows.
package main

import (
	"fmt"
	"os/exec"
)

func main() {
	out, err := exec.Command("date", "-u", "-d", "2024-02-28 +1 day", "+%F %A").CombinedOutput()
	fmt.Print(string(out), err, "\n")
}
