// One meeting in the local time of everybody.
package main

import (
	"fmt"
	"mime"
	"time"
)

func main() {
	meeting := time.Date(2024, time.July, 1, 15, 0, 0, 0, time.Local)
	fmt.Println("here", meeting.Format(time.RFC3339))
	for _, name := range []string{"America/New_York", "Asia/Kolkata"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(name, meeting.In(zone).Format(time.Kitchen))
	}
	fmt.Println(mime.TypeByExtension(".html"))
}
