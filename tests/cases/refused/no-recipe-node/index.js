console.log("word");
